using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.CacheMap;
using Platform.Caching;

namespace Platform.Api.Data;

/// <summary>Tells the cache what transactions changed, once they have ended.</summary>
/// <param name="apply">Makes it unread, and says which commits that covers where it is known; never fails.</param>
/// <param name="clock">Paces the repetitions after a commit whose outcome nobody knows.</param>
internal sealed class CacheInvalidation(Func<CacheChanges, SeenCommits?, ValueTask> apply, TimeProvider clock)
{
    // A server that did not answer may be at the commit still. A reader that fills the cache before that is done fills it
    // with what was, so one invalidation now is not enough.
    private static readonly TimeSpan[] Again = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    /// <summary>The transaction is committed.</summary>
    /// <param name="changes">What it changed.</param>
    /// <param name="seen">Taken since then; null when it could not be had.</param>
    internal ValueTask CommittedAsync(CacheChanges changes, SeenCommits? seen) => changes.IsEmpty ? ValueTask.CompletedTask : apply(changes, seen);

    /// <summary>The commit, or a statement that is its own transaction, failed.</summary>
    /// <param name="changes">What it would have changed.</param>
    /// <param name="cause">Null when the wait for it was cancelled.</param>
    internal ValueTask FailedAsync(CacheChanges changes, Exception? cause)
    {
        if (changes.IsEmpty || IsRolledBack(cause))
        {
            return ValueTask.CompletedTask;
        }

        _ = RepeatAsync(changes);
        return apply(changes, null);
    }

    private async Task RepeatAsync(CacheChanges changes)
    {
        foreach (var delay in Again)
        {
            await Task.Delay(delay, clock);
            await apply(changes, null);
        }
    }

    // The server said no; anything else, such as a lost connection, leaves it open.
    private static bool IsRolledBack(Exception? cause) => cause switch
    {
        PostgresException e => e.InvariantSeverity == "ERROR",
        DbUpdateException e => IsRolledBack(e.InnerException),
        _ => false,
    };
}
