using Platform.ChangeStream;
using Platform.LoadTests.Run.Correctness;

namespace Platform.LoadTests.Changes.History;

/// <summary>
/// Judges what subscribers were told by what happened: every change of the topic after the subscription, each once, in the
/// order of the commits, with what was written; or a word about what is missing. Numbers alone would not tell a change that
/// was lost from one that came twice.
/// </summary>
public sealed class HistoryChecker
{
    /// <summary>The kinds of what it finds.</summary>
    public const string Lost = "event that a subscriber was not told", Repeated = "event that a subscriber was told again", Reordered = "event that a subscriber was told after a later one",
        Foreign = "event that a subscriber was told and that did not happen";

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
                if (Place(change) is var (kind, finding))
                    Verdict.Note(new Violation(kind, $"{who}, {topic}: {change.Id} {finding}", Shown(change)));
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
                    Verdict.Note(new Violation(Lost, $"{who}, {topic}: {events[place].Id} with '{events[place].Content}' never came", Missed(place)));
                    break;
            }
        }

        // What is wrong with it; null when it is right.
        (string Kind, string Finding)? Place(HeardChange change)
        {
            if (!places.TryGetValue(change.Id, out var place) || place < first || events[place].Content != change.Content)
            {
                Verdict.Foreign++;
                return (Foreign, place >= first && place < events.Length && events[place].Id == change.Id
                    ? $"came with '{change.Content}' and was '{events[place].Content}'"
                    : $"with '{change.Content}' did not happen after {after}");
            }

            if (fates[place] is Fate.Told or Fate.Skipped)
            {
                Verdict.Repeated++;
                return (Repeated, "came again");
            }

            // Those right before it that had not come: not more than it says.
            for (var (before, left) = (place - 1, change.Skipped); left > 0 && before >= first && fates[before] == Fate.Unknown; before--, left--)
                fates[before] = Fate.Skipped;
            fates[place] = Fate.Told;
            if (place < latest)
            {
                Verdict.Reordered++;
                return (Reordered, $"came after {events[latest].Id}");
            }

            latest = place;
            Verdict.Right++;
            return null;
        }

        // It, and what is wrong about it: when it was told before, or what was told before it.
        string[] Shown(HeardChange change) =>
        [
            .. events.Where(happened => happened.Id == change.Id).Select(happened => $"happened  {happened.Id} '{happened.Content}'"),
            .. heard.OfType<HeardChange>().TakeWhile(one => !ReferenceEquals(one, change)).Where(one => one.Id >= change.Id).Take(1).Append(change).Select(one => $"{who} told  {one.Id} '{one.Content}'"),
        ];

        // What happened, and what was told on either side of it.
        string[] Missed(int place)
        {
            var told = heard.OfType<HeardChange>().OrderBy(one => one.Id).ToList();
            return
            [
                .. told.Where(one => one.Id < events[place].Id).TakeLast(1).Select(one => $"{who} told  {one.Id} '{one.Content}'"),
                $"happened  {events[place].Id} '{events[place].Content}'",
                .. told.Where(one => one.Id > events[place].Id).Take(1).Select(one => $"{who} told  {one.Id} '{one.Content}'"),
            ];
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
