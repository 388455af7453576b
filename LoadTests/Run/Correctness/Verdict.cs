using System.Globalization;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>What the checkers of a run have found: of each kind how many, and the one with the smallest history.</summary>
public sealed class Verdict
{
    private readonly SortedDictionary<string, (int Count, Violation Smallest)> _found = new(StringComparer.Ordinal);
    private readonly List<(string Check, long Judged, string? Why)> _checks = [];

    /// <summary>Whether nothing was found.</summary>
    public bool IsRight => _found.Count == 0;

    /// <summary>How many were found, by kind.</summary>
    public IReadOnlyDictionary<string, int> Counts => _found.ToDictionary(found => found.Key, found => found.Value.Count);

    /// <summary>Of each kind the one that the least shows.</summary>
    public IEnumerable<Violation> Smallest => _found.Values.Select(found => found.Smallest);

    /// <summary>What was judged, and how much of it.</summary>
    public IReadOnlyList<(string Check, long Judged, string? Why)> Checks => _checks;

    /// <summary>Takes what a checker has found.</summary>
    /// <param name="check">What it looks for, such as <c>no stale read</c>.</param>
    /// <param name="judged">How much it has looked at: who has looked at nothing has found nothing.</param>
    /// <param name="violations">What it found.</param>
    public void Add(string check, long judged, IEnumerable<Violation> violations)
    {
        ArgumentNullException.ThrowIfNull(violations);
        _checks.Add((check, judged, null));
        foreach (var violation in violations)
        {
            var isNew = !_found.TryGetValue(violation.Kind, out var known);
            _found[violation.Kind] = (known.Count + 1, isNew || violation.History.Count < known.Smallest.History.Count ? violation : known.Smallest);
        }
    }

    /// <summary>Notes that something could not be judged.</summary>
    /// <param name="check">What would have been looked for.</param>
    /// <param name="why">Why it was not.</param>
    public void Skip(string check, string why) => _checks.Add((check, 0, why));

    /// <summary>For people: what was judged, and the smallest history of each kind of violation.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var (check, judged, why) in _checks)
            yield return why is null ? string.Create(CultureInfo.InvariantCulture, $"{check}: {judged:N0} judged") : $"{check}: NOT JUDGED, {why}";
        foreach (var (kind, (count, smallest)) in _found)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"VIOLATED, {count:N0} times: {kind}; the smallest history that shows it:");
            foreach (var line in smallest.ToString().Split(Environment.NewLine))
                yield return $"  {line}";
        }
    }
}
