using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>Who of this node's clients is told of which topic.</summary>
internal sealed class Fanout
{
    /// <summary>Everything up to here has been told, or told to be lost.</summary>
    internal ChangePosition Cursor { get; private set; }

    /// <summary>Names the history that positions belong to; empty before the first.</summary>
    internal string Epoch { get; private set; } = "";

    /// <summary>
    /// Positions are of this history from now on, and events come after <paramref name="cursor"/>. Called before the first event,
    /// and whenever the database was restored or failed over: what subscriptions were told is then of another history.
    /// </summary>
    internal void Begin(string epoch, ChangePosition cursor) => (Epoch, Cursor) = (epoch, cursor);

    /// <summary>There is nothing more up to here.</summary>
    internal void Advance(ChangePosition cursor) => Cursor = cursor;

    /// <summary>An event comes, after all those before it. Called by one thread, and never waits.</summary>
    internal void Deliver(ChangeEvent change) => Cursor = change.Id;

    /// <summary>What is after <paramref name="from"/> and not after <paramref name="to"/> cannot be had any more.</summary>
    /// <param name="from">What all subscriptions have been told up to.</param>
    /// <param name="to">Events go on after it.</param>
    /// <param name="reason">Why, for clients.</param>
    internal void Lost(ChangePosition from, ChangePosition to, string reason) => Cursor = to;
}
