using NpgsqlTypes;
using Platform.ChangeStream;

namespace Platform.Tests.ChangeStream;

/// <summary>How far a consumer is, when the slot is read anew.</summary>
public sealed class PositionsTests
{
    private readonly Positions _positions = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public PositionsTests() => _positions.Begin("one", At(1_000));

    [Fact]
    public async Task What_was_not_confirmed_is_not_taken_for_seen()
    {
        await DeliverAsync(end: 100, isConfirmed: true);
        await DeliverAsync(end: 200, isConfirmed: false);

        _positions.Begin("one", At(1_000));

        Assert.Equal(At(100), _positions.Flushed);
    }

    [Fact]
    public async Task What_was_confirmed_stays_so()
    {
        await DeliverAsync(end: 100, isConfirmed: true);
        _positions.See(At(150));

        _positions.Begin("one", At(1_000));

        Assert.Equal(At(150), _positions.Flushed);
    }

    [Fact]
    public async Task A_late_confirmation_of_what_comes_again_counts_for_nothing()
    {
        var late = await DeliverAsync(end: 200, isConfirmed: false);
        _positions.Begin("one", At(1_000));

        await _positions.ConfirmAsync(late, Token);

        Assert.Equal(At(0), _positions.Flushed);
    }

    [Theory]
    [InlineData("another", 1_000)]
    [InlineData("one", 99)]
    public async Task Positions_of_what_the_database_is_no_more_say_nothing(string history, int serverLsn)
    {
        await DeliverAsync(end: 100, isConfirmed: true);

        _positions.Begin(history, At((ulong)serverLsn));

        Assert.Equal(At(0), _positions.Flushed);
    }

    private static NpgsqlLogSequenceNumber At(ulong lsn) => new(lsn);

    private async Task<long> DeliverAsync(ulong end, bool isConfirmed)
    {
        var number = _positions.Deliver(At(end), DateTimeOffset.UnixEpoch);
        if (isConfirmed)
            await _positions.ConfirmAsync(number, Token);
        _positions.See(At(end));
        return number;
    }
}
