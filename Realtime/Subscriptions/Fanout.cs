using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>Who of this node's clients is told of which topic.</summary>
internal sealed class Fanout
{
    /// <summary>Everything up to here has been told, or told to be lost.</summary>
    internal ChangePosition Cursor { get; private set; }

    /// <summary>An event comes, after all those before it. Called by one thread, and never waits.</summary>
    internal void Deliver(ChangeEvent change) => Cursor = change.Id;

    /// <summary>What is after <paramref name="from"/> and not after <paramref name="to"/> cannot be had any more.</summary>
    /// <param name="from">What all subscriptions have been told up to.</param>
    /// <param name="to">Events go on after it.</param>
    /// <param name="reason">Why, for clients.</param>
    internal void Lost(ChangePosition from, ChangePosition to, string reason) => Cursor = to;
}
