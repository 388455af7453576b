using Platform.Realtime.Subscriptions;

namespace Platform.Realtime.Changes;

/// <summary>What this node knows of the stream of changes in Redis: it hands each event to the subscriptions, in order, once.</summary>
internal sealed class ChangeLog(Fanout fanout)
{
    /// <summary>Names the history that positions belong to; another after the database was restored or failed over.</summary>
    internal string Epoch { get; private set; } = "";

    /// <summary>Everything up to here has been handed on.</summary>
    internal ChangePosition Cursor { get; private set; }

    /// <summary>Events of the past.</summary>
    /// <param name="after">The first comes after it.</param>
    /// <param name="upTo">The last is at it or before.</param>
    /// <param name="max">Most events to be read at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task<ChangePage> ReadAsync(ChangePosition after, ChangePosition upTo, int max, CancellationToken cancellationToken) =>
        Task.FromResult(new ChangePage([], upTo < Cursor ? upTo : Cursor, default));

    internal void Take(ChangeEvent change)
    {
        fanout.Deliver(change);
        Cursor = change.Id;
    }
}
