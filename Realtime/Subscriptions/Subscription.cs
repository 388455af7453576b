using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>
/// That a client is told of a topic, or, over server-sent events, of several in one order. But for <see cref="Taken"/> it
/// is guarded by the fanout's lock.
/// </summary>
internal sealed class Subscription(Subscriber subscriber, IReadOnlyList<Topic> topics)
{
    internal enum Phase
    {
        /// <summary>Whether it may be told is being asked: nothing is.</summary>
        Asking,

        /// <summary>It is told what was, until it has caught up.</summary>
        Behind,

        /// <summary>It is told what is.</summary>
        Live,

        Ended,
    }

    internal Subscriber Subscriber { get; } = subscriber;

    internal IReadOnlyList<Topic> Topics { get; } = topics;

    internal bool NeedsAccess { get; } = topics.Any(topic => topic.NeedsAccess);

    /// <summary>Whether it is so much, and alone, that it is told in intervals.</summary>
    internal bool IsCatalogAlone => Topics is [{ Name: Topic.Catalog }];

    internal Phase State { get; set; }

    /// <summary>Everything up to here is told, or waits in the feed; while it is live that is so up to the fanout's cursor.</summary>
    internal ChangePosition Position { get; set; }

    /// <summary>How often something was heard that makes it doubtful whether it may be told.</summary>
    internal int Doubts;

    /// <summary>What one change tells it of its topics, until all of it is gathered.</summary>
    internal List<Notice> Gathered { get; } = new(1);

    /// <summary>Up to where the client has everything to begin with: the id it came with, or where it was registered.</summary>
    internal string StartId { get; set; } = "";

    /// <summary>Up to here the feed has given it away. Guarded by the feed's lock.</summary>
    internal Notice? Taken { get; set; }
}
