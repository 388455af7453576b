using Platform.ChangeStream;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>An event that ought to be stored, by the database's own account.</summary>
/// <param name="Id">Its place in the order of commits.</param>
/// <param name="Stream">What it happened to.</param>
public readonly record struct SourceEvent(EventId Id, string Stream)
{
    /// <inheritdoc />
    public override string ToString() => $"source  {Id} of {Stream}";
}

/// <summary>An event that is stored.</summary>
/// <param name="Id">As it is stored.</param>
/// <param name="Stream">The stream that it is in.</param>
public readonly record struct StoredEvent(EventId Id, string Stream)
{
    /// <inheritdoc />
    public override string ToString() => $"stored  {Id} in {Stream}";
}

/// <summary>Compares what the event store took with what happened: all of it, once, in its stream, in order, and nothing else.</summary>
public static class EventStoreChecker
{
    /// <summary>The kinds of what it finds.</summary>
    public const string Missing = "event that was not stored", Twice = "event that was stored twice", Foreign = "event that never happened",
        Misplaced = "event in another stream", Disordered = "event that was stored before an earlier one of its stream";

    /// <summary>Everything that must not be.</summary>
    /// <param name="source">What happened, in order.</param>
    /// <param name="stored">What was stored since, in the order of the store's change feed.</param>
    public static IEnumerable<Violation> Check(IReadOnlyCollection<SourceEvent> source, IReadOnlyCollection<StoredEvent> stored)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(stored);
        var happened = source.ToDictionary(one => one.Id);
        var first = new Dictionary<EventId, StoredEvent>();
        var last = new Dictionary<string, StoredEvent>(StringComparer.Ordinal);
        foreach (var one in stored)
        {
            if (!happened.TryGetValue(one.Id, out var truth))
                yield return new Violation(Foreign, $"{one.Id} is stored in {one.Stream} and never happened.", [one.ToString()]);
            else if (truth.Stream != one.Stream)
                yield return new Violation(Misplaced, $"{one.Id} is of {truth.Stream}.", [truth.ToString(), one.ToString()]);
            if (!first.TryAdd(one.Id, one))
                yield return new Violation(Twice, $"{one.Id} is stored twice.", [first[one.Id].ToString(), one.ToString()]);
            else if (last.TryGetValue(one.Stream, out var before) && one.Id < before.Id)
                yield return new Violation(Disordered, $"{one.Id} was stored after {before.Id}, which is later.", [before.ToString(), one.ToString()]);
            last[one.Stream] = one;
        }

        SourceEvent? previous = null;
        foreach (var one in source)
        {
            if (!first.ContainsKey(one.Id))
                yield return new Violation(Missing, $"{one.Id} of {one.Stream} is not stored.", previous is { } earlier ? [earlier.ToString(), one.ToString()] : [one.ToString()]);
            previous = one;
        }
    }
}
