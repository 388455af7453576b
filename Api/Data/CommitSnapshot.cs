using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Platform.Caching;

namespace Platform.Api.Data;

/// <summary>
/// Asks, after a commit, which commits readers see by now: the proof that goes with an invalidation, so that whoever repairs
/// the cache knows which changes it covers (Realtime/README.md).
/// </summary>
internal static class CommitSnapshot
{
    // The invalidation waits for it. Without it the cache is told all the same, and once more by who repairs it.
    private const int PatienceSeconds = 1;

    /// <returns>Null when it could not be had.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "What is committed is told, whatever else fails.")]
    internal static async ValueTask<SeenCommits?> ReadAsync(DatabaseFacade database)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(PatienceSeconds));
            await database.OpenConnectionAsync(patience.Token);
            try
            {
                return await ReadAsync(database.GetDbConnection());
            }
            finally
            {
                await database.CloseConnectionAsync();
            }
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <inheritdoc cref="ReadAsync(DatabaseFacade)" />
    [SuppressMessage("Design", "CA1031", Justification = "What is committed is told, whatever else fails.")]
    internal static async ValueTask<SeenCommits?> ReadAsync(DbConnection connection)
    {
        try
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.CommandTimeout) = ("SELECT pg_current_snapshot()::text", PatienceSeconds);
            return SeenCommits.TryParse(await command.ExecuteScalarAsync() as string, out var seen) ? seen : null;
        }
        catch (Exception)
        {
            return null;
        }
    }
}
