using System.ComponentModel.DataAnnotations;
using Npgsql;
using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>What cannot work is said at once, in words.</summary>
public sealed class BadSetupTests(Stack stack) : IAsyncLifetime
{
    private StreamDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await StreamDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Without_its_publication_it_does_not_make_a_slot_that_could_never_be_read()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _database.Read(options => options.Publication = "nothing").EndAsync());

        Assert.Contains("There is no publication nothing", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await _database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1", _database.Slot));
    }

    [Fact]
    public async Task A_hypertable_is_refused_because_nothing_of_it_would_come()
    {
        Assert.SkipUnless(await _database.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')"), "The server has no TimescaleDB.");
        await _database.ExecuteAsync("CREATE TABLE facts (at timestamptz PRIMARY KEY); SELECT create_hypertable('facts', by_range('at')); ALTER PUBLICATION things ADD TABLE facts");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _database.Read().EndAsync());

        Assert.Contains("public.facts", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_not_replicate_is_refused()
    {
        var failure = await Assert.ThrowsAsync<PostgresException>(() => _database.Read(through: _database.App).EndAsync());

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, failure.SqlState);
    }

    [Theory]
    [InlineData("Slot", "Has Spaces", "0:0:5")]
    [InlineData("Slot", "", "0:0:5")]
    [InlineData("HeartbeatInterval", "things", "0:0:0")]
    public void An_option_that_cannot_be_is_named(string named, string slot, string heartbeat)
    {
        var options = new ChangeStreamOptions { ConnectionString = "Host=nowhere", Slot = slot, Publication = "things", HeartbeatInterval = TimeSpan.Parse(heartbeat, System.Globalization.CultureInfo.InvariantCulture) };

        Assert.Contains(named, Assert.Throws<ValidationException>(() => new ChangeStreamReader(options)).Message, StringComparison.Ordinal);
    }
}
