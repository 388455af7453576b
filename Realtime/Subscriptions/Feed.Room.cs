namespace Platform.Realtime.Subscriptions;

/// <content>What gives way when room is short. All of it under the lock.</content>
internal sealed partial class Feed
{
    private void MakeRoom()
    {
        KeepLastOfStates();
        if (!IsOver(limits.Notices / 2, limits.Bytes / 2))
        {
            return;
        }

        // The largest first, so that a topic of which much is told does not cost the others theirs.
        foreach (var subscription in _queue.GroupBy(queued => queued.Subscription).OrderByDescending(waiting => waiting.Sum(queued => queued.Notice.Size)).Select(waiting => waiting.Key).ToList())
        {
            GiveUp(subscription);
            if (!IsOver(limits.Notices / 2, limits.Bytes / 2))
            {
                return;
            }
        }
    }

    private void KeepLastOfStates()
    {
        var last = new Dictionary<(Subscription, string), LinkedListNode<QueuedNotice>>();
        for (var node = _queue.Last; node is not null;)
        {
            var previous = node.Previous;
            var (subscription, notice, _) = node.Value;
            if (notice.IsChange && subscription.Topics.Any(topic => topic.IsState && topic.Name == notice.Topic))
            {
                if (last.TryGetValue((subscription, notice.Topic), out var newer))
                {
                    newer.ValueRef = newer.Value with { Notice = newer.Value.Notice.InPlaceOf(notice) };
                    // Who has what was the end of a change has all of it, also without what ended it.
                    if (node.Value.EndsChange && previous?.Value is { EndsChange: false } before && before.Notice.Position == notice.Position && ReferenceEquals(before.Subscription, subscription))
                    {
                        previous.ValueRef = before with { EndsChange = true };
                    }

                    Remove(node);
                    telemetry.Coalesced();
                }
                else
                {
                    last.Add((subscription, notice.Topic), node);
                }
            }
            else if (notice.IsGap)
            {
                // What was before the gap is not made up for by what comes after it.
                last.Remove((subscription, notice.Topic));
            }

            node = previous;
        }
    }

    // All that waits for it becomes a gap for each of its topics, at the place of the last: ids go on in order.
    private void GiveUp(Subscription subscription)
    {
        LinkedListNode<QueuedNotice>? last = null;
        var (from, reason) = (subscription.Taken?.Id ?? subscription.StartId, GapReason.Slow);
        var (dropped, wasGap) = (0, false);
        for (var node = _queue.Last; node is not null;)
        {
            var previous = node.Previous;
            if (ReferenceEquals(node.Value.Subscription, subscription))
            {
                wasGap |= node.Value.Notice.IsGap;
                // A gap that was there already is part of the new one, and says why it cannot be had.
                reason = node.Value.Notice is { IsGap: true, Reason: { } why } && why != GapReason.Slow ? why : reason;
                dropped += node.Value.Notice.IsChange ? 1 + node.Value.Notice.Skipped : 0;
                if (last is null)
                {
                    last = node;
                }
                else
                {
                    Remove(node);
                }
            }

            node = previous;
        }

        if (last is null || (dropped == 0 && !wasGap))
        {
            return;
        }

        var to = last.Value.Notice;
        foreach (var topic in subscription.Topics)
        {
            var gap = to.GapUpTo(topic.Name, from, reason);
            _queue.AddBefore(last, new QueuedNotice(subscription, gap, ReferenceEquals(topic, subscription.Topics[^1])));
            _bytes += gap.Size;
            telemetry.Gap(reason);
        }

        Remove(last);
        telemetry.Dropped(dropped);
    }
}
