using Npgsql;
using Platform.Caching;

namespace Platform.Realtime.Repair;

/// <summary>Asks the database which commits readers see by now. What the stream tells of, they may not see yet.</summary>
internal sealed class VisibleCommits(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "cache repair", MaxPoolSize = 1, Enlist = false, Timeout = 5, CommandTimeout = 5 }.ConnectionString) { Name = "cache-repair" }.Build();

    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    internal async Task<SeenCommits> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT pg_current_snapshot()::text");
        return SeenCommits.TryParse(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string, out var seen)
            ? seen
            : throw new InvalidOperationException("The database's snapshot has another form than that of PostgreSQL 13 to 17.");
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
