using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <content>How subscriptions catch up with what was.</content>
internal sealed partial class Fanout
{
    /// <summary>From where to read for those that are behind.</summary>
    /// <param name="behind">They; at least one.</param>
    /// <param name="isLastsTurn">Whether for the one that is furthest behind, or for the one that is nearly there.</param>
    internal (string Epoch, ChangePosition Cursor, ChangePosition From) Place(IReadOnlyCollection<Subscription> behind, bool isLastsTurn)
    {
        lock (_lock)
        {
            return (Epoch, Cursor, isLastsTurn ? behind.Min(s => s.Position) : behind.Max(s => s.Position));
        }
    }

    /// <summary>Tells a subscription that has everything where that is: it may be long since something happened to its topics.</summary>
    internal void TellPlace(Subscription subscription)
    {
        lock (_lock)
        {
            if (subscription.State == Subscription.Phase.Live)
            {
                subscription.Subscriber.Feed.Add(subscription, [Notice.Place(Epoch, Cursor > subscription.Position ? Cursor : subscription.Position)]);
            }
        }
    }

    /// <summary>Tells those that are behind what a page of the past has for them.</summary>
    /// <param name="subscriptions">Those that are behind; the others are left alone.</param>
    /// <param name="from">Where the page begins. Whoever is further back is not told of it yet.</param>
    /// <param name="page">The page.</param>
    /// <param name="epoch">The history it was read from.</param>
    /// <returns>Who needs more of the past.</returns>
    internal List<Subscription> TakePage(IReadOnlyList<Subscription> subscriptions, ChangePosition from, ChangePage page, string epoch)
    {
        lock (_lock)
        {
            var still = subscriptions.Where(s => s.State == Subscription.Phase.Behind).ToList();
            // Meanwhile the history has become another: positions were set anew.
            var taking = epoch == Epoch ? still.Where(s => s.Position >= from).ToHashSet() : [];
            foreach (var subscription in taking.Where(s => s.Position < page.Floor))
            {
                TellGap(subscription, ResumePoint.Id(Epoch, subscription.Position), page.Floor, GapReason.Lost);
                subscription.Position = page.Floor;
            }

            var byTopic = taking.SelectMany(s => s.Topics.Select(topic => (topic.Key, Subscription: s))).ToLookup(pair => pair.Key, pair => pair.Subscription, StringComparer.Ordinal);
            foreach (var change in page.Events)
            {
                foreach (var subscription in change.Topics.SelectMany(topic => byTopic[topic]).Distinct().Where(taking.Contains))
                {
                    if (change.Id > subscription.Position && !TryTell(subscription, change))
                    {
                        // It waits for room, and is continued with from there.
                        taking.Remove(subscription);
                        still.Remove(subscription);
                    }
                }
            }

            foreach (var subscription in taking)
            {
                subscription.Position = subscription.Position > page.UpTo ? subscription.Position : page.UpTo;
            }

            still.RemoveAll(TryJoin);
            return still;
        }
    }

    // True when it needs no more of the past: it is live, or waits for room.
    private bool TryJoin(Subscription subscription)
    {
        if (!_recent.Covers(subscription.Position))
        {
            return false;
        }

        foreach (var change in _recent.After(subscription.Position))
        {
            if (!TryTell(subscription, change))
            {
                return true;
            }
        }

        subscription.Position = subscription.Position > Cursor ? subscription.Position : Cursor;
        subscription.State = Subscription.Phase.Live;
        return true;
    }

    private bool TryTell(Subscription subscription, ChangeEvent change)
    {
        subscription.Gathered.AddRange(subscription.Topics.Where(topic => change.Topics.Contains(topic.Key)).Select(topic => Notice.Of(Epoch, topic.Name, change)));
        var isTaken = subscription.Gathered.Count == 0 || subscription.Subscriber.Feed.TryAdd(subscription, subscription.Gathered);
        subscription.Gathered.Clear();
        subscription.Position = isTaken ? change.Id : subscription.Position;
        return isTaken;
    }
}
