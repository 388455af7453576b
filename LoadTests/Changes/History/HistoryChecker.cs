using Platform.ChangeStream;

namespace Platform.LoadTests.Changes.History;

/// <summary>
/// Judges what subscribers were told by what happened: every change of the topic after the subscription, each once, in the
/// order of the commits, with what was written; or a word about what is missing. Numbers alone would not tell a change that
/// was lost from one that came twice.
/// </summary>
public sealed class HistoryChecker
{
    private readonly Dictionary<string, (TrueEvent[] Events, Dictionary<EventId, int> Places)> _topics;

    private enum Fate
    {
        Unknown, InGap, Skipped, Told,
    }

    /// <param name="truth">What happened, by topic, in the order of the commits.</param>
    public HistoryChecker(IReadOnlyDictionary<string, IReadOnlyList<TrueEvent>> truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        _topics = truth.ToDictionary(topic => topic.Key, topic => (topic.Value.ToArray(), topic.Value.Select((happened, place) => (happened.Id, place)).ToDictionary()));
    }

    /// <summary>What all that was checked comes to.</summary>
    public HistoryVerdict Verdict { get; } = new();

    /// <summary>Checks what a subscriber was told of a topic, from its subscription until all was told that had happened.</summary>
    /// <param name="who">Names the subscriber in findings.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="after">The place after which it was to be told.</param>
    /// <param name="heard">What it was told, in the order in which it came.</param>
    public void Check(string who, string topic, EventId after, IReadOnlyList<Heard> heard)
    {
        ArgumentNullException.ThrowIfNull(heard);
        var (events, places) = _topics.TryGetValue(topic, out var known) ? known : ([], []);
        var first = events.TakeWhile(happened => happened.Id <= after).Count();
        var fates = new Fate[events.Length];
        var latest = first - 1;
        foreach (var one in heard)
        {
            if (one is HeardGap gap)
            {
                Mark(gap);
            }
            else if (one is HeardChange change)
            {
                var finding = Place(change);
                if (finding is not null)
                    Verdict.Note($"{who}, {topic}: {change.Id} {finding}");
            }
        }

        for (var place = first; place < events.Length; place++)
        {
            switch (fates[place])
            {
                case Fate.InGap:
                    Verdict.InGaps++;
                    break;
                case Fate.Skipped:
                    Verdict.Skipped++;
                    break;
                case Fate.Unknown:
                    Verdict.Lost++;
                    Verdict.Note($"{who}, {topic}: {events[place].Id} with '{events[place].Content}' never came");
                    break;
            }
        }

        // What is wrong with it; null when it is right.
        string? Place(HeardChange change)
        {
            if (!places.TryGetValue(change.Id, out var place) || place < first || events[place].Content != change.Content)
            {
                Verdict.Foreign++;
                return place >= first && place < events.Length && events[place].Id == change.Id
                    ? $"came with '{change.Content}' and was '{events[place].Content}'"
                    : $"with '{change.Content}' did not happen after {after}";
            }

            if (fates[place] is Fate.Told or Fate.Skipped)
            {
                Verdict.Repeated++;
                return "came again";
            }

            // Those right before it that had not come: not more than it says.
            for (var (before, left) = (place - 1, change.Skipped); left > 0 && before >= first && fates[before] == Fate.Unknown; before--, left--)
                fates[before] = Fate.Skipped;
            fates[place] = Fate.Told;
            if (place < latest)
            {
                Verdict.Reordered++;
                return $"came after {events[latest].Id}";
            }

            latest = place;
            Verdict.Right++;
            return null;
        }

        void Mark(HeardGap gap)
        {
            for (var place = first; place < events.Length; place++)
            {
                if (fates[place] == Fate.Unknown && events[place].Id > gap.From && events[place].Id <= gap.To)
                    fates[place] = Fate.InGap;
            }
        }
    }
}
