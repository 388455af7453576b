using System.Threading.Channels;
using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>Who of this node's clients is told of which topic.</summary>
/// <remarks>
/// One lock holds the place in the stream and the places of all subscriptions together: an event is either before the moment
/// in which a subscription becomes live, and then it is given to it from what was, or after it. What is done under the lock
/// never waits: a feed takes, or says that it has no room.
/// </remarks>
internal sealed partial class Fanout
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<Member>> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Subscriber>> _watchers = new(StringComparer.Ordinal);
    private readonly List<Subscription> _gathering = [];
    private readonly Channel<Subscription> _behind = Channel.CreateUnbounded<Subscription>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecentChanges _recent;
    private readonly RealtimeTelemetry _telemetry;
    private readonly Intervals _catalog;

    public Fanout(RealtimeSettings settings, RealtimeTelemetry telemetry, TimeProvider clock)
    {
        _recent = new RecentChanges(settings.RecentChanges, settings.RecentBytes);
        _telemetry = telemetry;
        _catalog = new Intervals(settings.CatalogInterval, clock, TellCatalog);
        telemetry.ObserveSubscriptions(() => Subscriptions);
    }

    private readonly record struct Member(Subscription Subscription, Topic Topic);

    /// <summary>Everything up to here has been told, or told to be lost.</summary>
    internal ChangePosition Cursor { get; private set; }

    /// <summary>Names the history that positions belong to; empty before the first.</summary>
    internal string Epoch { get; private set; } = "";

    /// <summary>Ends when there is a place in the stream, by which subscriptions begin.</summary>
    internal Task Begun => _begun.Task;

    /// <summary>Subscriptions that are to be told what was, and that memory is not enough for.</summary>
    internal ChannelReader<Subscription> Behind => _behind.Reader;

    /// <summary>How many subscriptions there are.</summary>
    internal int Subscriptions { get; private set; }

    /// <summary>
    /// Positions are of this history from now on, and events come after <paramref name="cursor"/>. Called before the first event,
    /// and whenever the database was restored or failed over: what subscriptions were told is then of another history.
    /// </summary>
    internal void Begin(string epoch, ChangePosition cursor)
    {
        lock (_lock)
        {
            _catalog.End();
            var former = Epoch;
            var upTo = Cursor;
            (Epoch, Cursor) = (epoch, cursor);
            _recent.Restart(cursor);
            foreach (var subscription in former.Length == 0 ? [] : All().ToList())
            {
                var from = ResumePoint.Id(former, subscription.State == Subscription.Phase.Live ? upTo : subscription.Position);
                subscription.Position = cursor;
                subscription.StartId = ResumePoint.Id(epoch, cursor);
                TellGap(subscription, from, cursor, GapReason.History);
            }

            DoubtAll();
        }

        _begun.TrySetResult();
    }

    /// <summary>There is nothing more up to here.</summary>
    internal void Advance(ChangePosition cursor)
    {
        lock (_lock)
        {
            Cursor = cursor > Cursor ? cursor : Cursor;
        }
    }

    /// <summary>An event comes, after all those before it. Called by one thread, and never waits.</summary>
    internal void Deliver(ChangeEvent change)
    {
        lock (_lock)
        {
            _telemetry.Changed();
            Cursor = change.Id;
            _recent.Add(change);
            foreach (var topic in change.Topics)
            {
                if (topic.StartsWith('!'))
                {
                    Warn(topic);
                }
                else if (_members.TryGetValue(topic, out var members))
                {
                    Gather(members, change);
                }
            }

            foreach (var subscription in _gathering)
            {
                Tell(subscription, change.Id);
            }

            _gathering.Clear();
        }
    }

    /// <summary>What is after <paramref name="from"/> and not after <paramref name="to"/> cannot be had any more.</summary>
    /// <param name="from">What all subscriptions have been told up to.</param>
    /// <param name="to">Events go on after it.</param>
    /// <param name="reason">One of <see cref="GapReason"/>.</param>
    internal void Lost(ChangePosition from, ChangePosition to, string reason)
    {
        lock (_lock)
        {
            _catalog.End();
            Cursor = to;
            _recent.Restart(to);
            // Those that are behind will see by themselves what is still there of what they need.
            foreach (var subscription in All().Where(subscription => subscription.State == Subscription.Phase.Live).ToList())
            {
                subscription.Position = to;
                TellGap(subscription, ResumePoint.Id(Epoch, from), to, reason);
            }

            DoubtAll();
        }
    }

    private IEnumerable<Subscription> All() => _members.Values.SelectMany(members => members).Select(member => member.Subscription).Distinct();

    private void Gather(HashSet<Member> members, ChangeEvent change)
    {
        Notice? notice = null;
        bool? isHeld = null;
        foreach (var member in members)
        {
            var subscription = member.Subscription;
            if (subscription.State != Subscription.Phase.Live || change.Id <= subscription.Position
                || (subscription.IsCatalogAlone && (isHeld ??= _catalog.Holds(change))))
            {
                continue;
            }

            notice ??= Notice.Of(Epoch, member.Topic.Name, change, isLive: true);
            subscription.Gathered.Add(notice);
            if (subscription.Gathered.Count == 1)
            {
                _gathering.Add(subscription);
            }
        }
    }

    private static void Tell(Subscription subscription, ChangePosition position)
    {
        subscription.Subscriber.Feed.Add(subscription, subscription.Gathered);
        subscription.Gathered.Clear();
        subscription.Position = position;
    }

    // Of the catalogue, to whom is told nothing else: with others the ids would not be in order.
    private void TellCatalog()
    {
        lock (_lock)
        {
            if (_catalog.Take() is not var (change, skipped) || !_members.TryGetValue(Topic.Catalog, out var members))
            {
                return;
            }

            var notice = Notice.Of(Epoch, Topic.Catalog, change, skipped);
            foreach (var subscription in members.Select(member => member.Subscription).Where(s => s.IsCatalogAlone && s.State == Subscription.Phase.Live && s.Position < change.Id))
            {
                subscription.Gathered.Add(notice);
                Tell(subscription, change.Id);
            }
        }
    }

    private void TellGap(Subscription subscription, string from, ChangePosition to, string reason)
    {
        subscription.Subscriber.Feed.Add(subscription, [.. subscription.Topics.Select(topic => Notice.Gap(Epoch, topic.Name, from, to, reason))]);
        _telemetry.Gap(reason);
    }
}
