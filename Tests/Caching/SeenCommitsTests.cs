using Npgsql;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>What a snapshot of PostgreSQL includes, is included; nothing else.</summary>
public sealed class SeenCommitsTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("100:100:", 99, true)]
    [InlineData("100:100:", 100, false)]
    [InlineData("100:105:100,103", 100, false)]
    [InlineData("100:105:100,103", 101, true)]
    [InlineData("100:105:100,103", 103, false)]
    [InlineData("100:105:100,103", 105, false)]
    [InlineData("4294967290:4294967300:4294967298", 4294967295, true)]
    [InlineData("4294967290:4294967300:4294967298", 1, true)]
    [InlineData("4294967290:4294967300:4294967298", 2, false)]
    [InlineData("4294967290:4294967300:4294967298", 4, false)]
    [InlineData("4294967296:4294967296:", 4294967000, true)]
    public void A_transaction_is_included_once_it_has_ended(string snapshot, long xid, bool isIncluded)
    {
        Assert.True(SeenCommits.TryParse(snapshot, out var seen));
        Assert.Equal(isIncluded, seen.Include((uint)xid));
    }

    [Theory]
    [InlineData("100:105:100,103", "100:105:100,103", true)]
    [InlineData("100:105:103", "100:105:100,103", true)]
    [InlineData("100:105:100,103", "100:105:103", false)]
    [InlineData("100:106:100,103,105", "100:105:103", true)]
    [InlineData("100:105:", "100:106:100", false)]
    public void Of_two_the_later_is_known(string one, string other, bool isAtLeast)
    {
        Assert.True(SeenCommits.TryParse(one, out var first));
        Assert.True(SeenCommits.TryParse(other, out var second));
        Assert.Equal(isAtLeast, first.IsAtLeast(second));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("100")]
    [InlineData("100:99:")]
    [InlineData("100:105:1x")]
    [InlineData("100:105:101,")]
    [InlineData("-1:105:")]
    [InlineData("1:2:3:4")]
    public void What_is_no_snapshot_is_refused(string? text) => Assert.False(SeenCommits.TryParse(text, out _));

    [Fact]
    public async Task The_server_writes_what_is_read_here()
    {
        await using var open = await OpenAsync();
        await using var transaction = await open.BeginTransactionAsync(Token);
        var running = await XidAsync(open);
        await using var other = await OpenAsync();
        var ended = await XidAsync(other);

        var during = await SeenAsync(other);
        await transaction.CommitAsync(Token);
        var after = await SeenAsync(other);

        Assert.True(during.Include(ended));
        Assert.False(during.Include(running));
        Assert.True(after.Include(running));
        Assert.True(after.IsAtLeast(during));
        Assert.False(during.IsAtLeast(after));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(fixture.Database.App);
        await connection.OpenAsync(Token);
        return connection;
    }

    private static async Task<uint> XidAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_current_xact_id()::text", connection);
        return (uint)ulong.Parse((string)(await command.ExecuteScalarAsync(Token))!, null);
    }

    private static async Task<SeenCommits> SeenAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_current_snapshot()::text", connection);
        return SeenCommits.TryParse((string?)await command.ExecuteScalarAsync(Token), out var seen) ? seen : throw new FormatException();
    }
}
