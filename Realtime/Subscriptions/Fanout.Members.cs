using Platform.Realtime.Changes;
using Platform.Realtime.Publishing;

namespace Platform.Realtime.Subscriptions;

/// <content>How subscriptions begin, are held back and end.</content>
internal sealed partial class Fanout
{
    /// <summary>Takes note of a client, who may lose rights.</summary>
    internal void Connect(Subscriber subscriber)
    {
        lock (_lock)
        {
            foreach (var topic in subscriber.Warnings)
            {
                (_watchers.TryGetValue(topic, out var watchers) ? watchers : _watchers[topic] = []).Add(subscriber);
            }
        }
    }

    /// <summary>Forgets a client.</summary>
    internal void Disconnect(Subscriber subscriber)
    {
        lock (_lock)
        {
            foreach (var topic in subscriber.Warnings)
            {
                if (_watchers.TryGetValue(topic, out var watchers) && watchers.Remove(subscriber) && watchers.Count == 0)
                {
                    _watchers.Remove(topic);
                }
            }

            foreach (var subscription in subscriber.Subscriptions.Values.Distinct().ToList())
            {
                Remove(subscription);
            }
        }
    }

    /// <summary>Registers a subscription, which is told nothing yet: whatever happens from now on counts for it.</summary>
    /// <exception cref="SubscriptionException">The client has it already, or too many.</exception>
    internal Subscription Register(Subscriber subscriber, IReadOnlyList<Topic> topics, ResumePoint? after, int most)
    {
        lock (_lock)
        {
            if (topics.FirstOrDefault(topic => subscriber.Subscriptions.ContainsKey(topic.Name)) is { } twice)
            {
                throw new SubscriptionException($"You are subscribed to {twice.Name} already: unsubscribe first.");
            }

            if (subscriber.Subscriptions.Count + topics.Count > most)
            {
                throw new SubscriptionException($"A connection has at most {most} subscriptions.");
            }

            var isOfThisHistory = after is not { Epoch: { } epoch } || epoch == Epoch;
            var subscription = new Subscription(subscriber, topics) { Position = after is { } point && isOfThisHistory ? point.Position : Cursor };
            subscription.StartId = ResumePoint.Id(Epoch, subscription.Position);
            foreach (var topic in topics)
            {
                subscriber.Subscriptions.Add(topic.Name, subscription);
                (_members.TryGetValue(topic.Key, out var members) ? members : _members[topic.Key] = []).Add(new Member(subscription, topic));
            }

            Subscriptions += topics.Count;
            if (!isOfThisHistory)
            {
                TellGap(subscription, ResumePoint.Id(after!.Value.Epoch!, after.Value.Position), Cursor, GapReason.History);
            }

            return subscription;
        }
    }

    /// <summary>What those who are subscribed to a topic are yet to be told.</summary>
    internal IReadOnlyList<Feed> Feeds(string topic)
    {
        lock (_lock)
        {
            return _members.TryGetValue(topic, out var members) ? [.. members.Select(member => member.Subscription.Subscriber.Feed)] : [];
        }
    }

    /// <summary>Where the stream is.</summary>
    internal (string Epoch, ChangePosition Cursor) Now()
    {
        lock (_lock)
        {
            return (Epoch, Cursor);
        }
    }

    /// <summary>A client's subscription to a topic; null when it has none.</summary>
    internal Subscription? Find(Subscriber subscriber, string topic)
    {
        lock (_lock)
        {
            return subscriber.Subscriptions.GetValueOrDefault(topic);
        }
    }

    /// <summary>Begins to tell a subscription, unless something was heard since <paramref name="doubts"/> that makes it doubtful again.</summary>
    internal bool TryAdmit(Subscription subscription, int doubts)
    {
        lock (_lock)
        {
            if (subscription.State != Subscription.Phase.Asking)
            {
                return true;
            }

            if (subscription.Doubts != doubts)
            {
                return false;
            }

            subscription.State = Subscription.Phase.Behind;
            Continue(subscription);
            return true;
        }
    }

    /// <summary>Ends a subscription.</summary>
    /// <returns>False when it had ended before.</returns>
    internal bool Remove(Subscription subscription)
    {
        lock (_lock)
        {
            if (subscription.State == Subscription.Phase.Ended)
            {
                return false;
            }

            subscription.State = Subscription.Phase.Ended;
            foreach (var topic in subscription.Topics)
            {
                subscription.Subscriber.Subscriptions.Remove(topic.Name);
                if (_members.TryGetValue(topic.Key, out var members))
                {
                    members.Remove(new Member(subscription, topic));
                    if (members.Count == 0)
                    {
                        _members.Remove(topic.Key);
                    }
                }
            }

            Subscriptions -= subscription.Topics.Count;
            return true;
        }
    }

    /// <summary>Ends a subscription whose client may not have it any more, and says so.</summary>
    internal void Revoke(Subscription subscription)
    {
        lock (_lock)
        {
            var upTo = subscription.Position;
            if (Remove(subscription))
            {
                _ = subscription.Subscriber.Feed.RemoveAsync(subscription);
                TellGap(subscription, ResumePoint.Id(Epoch, upTo), upTo, GapReason.Revoked);
            }
        }
    }

    /// <summary>Goes on with subscriptions that there was no room for.</summary>
    internal void Continue(IReadOnlyList<Subscription> subscriptions)
    {
        lock (_lock)
        {
            foreach (var subscription in subscriptions)
            {
                Continue(subscription);
            }
        }
    }

    private void Continue(Subscription subscription)
    {
        if (subscription.State == Subscription.Phase.Behind && !TryJoin(subscription))
        {
            _behind.Writer.TryWrite(subscription);
        }
    }

    // Somebody's session has ended, or what they may do is another.
    private void Warn(string topic)
    {
        if (topic == TopicMap.AllRights)
        {
            DoubtAll();
            return;
        }

        foreach (var subscriber in _watchers.TryGetValue(topic, out var watchers) ? watchers.ToList() : [])
        {
            if (topic != subscriber.SessionWarning)
            {
                Doubt(subscriber);
                continue;
            }

            foreach (var subscription in Restricted(subscriber))
            {
                Revoke(subscription);
            }

            subscriber.EndSession();
        }
    }

    // What ended a right may have been among what was lost.
    private void DoubtAll()
    {
        foreach (var subscriber in _watchers.Values.SelectMany(watchers => watchers).Distinct().ToList())
        {
            Doubt(subscriber);
        }
    }

    // Nothing more is told until the Api has said that it may be; then it goes on from there.
    private void Doubt(Subscriber subscriber)
    {
        foreach (var subscription in Restricted(subscriber))
        {
            subscription.Doubts++;
            if (subscription.State != Subscription.Phase.Asking)
            {
                subscription.Position = subscription.State == Subscription.Phase.Live ? Cursor : subscription.Position;
                subscription.State = Subscription.Phase.Asking;
                subscriber.Review(subscription);
            }
        }
    }

    private static List<Subscription> Restricted(Subscriber subscriber) => [.. subscriber.Subscriptions.Values.Where(s => s.NeedsAccess).Distinct()];
}
