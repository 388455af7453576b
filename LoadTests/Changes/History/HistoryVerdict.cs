using System.Globalization;
using Platform.LoadTests.Run.Correctness;

namespace Platform.LoadTests.Changes.History;

/// <summary>How what subscribers were told compares with what happened.</summary>
public sealed class HistoryVerdict
{
    private const int MostOfKind = 10;
    private readonly List<Violation> _violations = [];

    /// <summary>Changes that were told as they happened.</summary>
    public long Right { get; internal set; }

    /// <summary>Changes that were not told, and nobody said so.</summary>
    public long Lost { get; internal set; }

    /// <summary>Changes that were told again.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Changes that were told after a later one.</summary>
    public long Reordered { get; internal set; }

    /// <summary>Changes that were told and did not happen, or not to this topic, or not like this, or before the subscription.</summary>
    public long Foreign { get; internal set; }

    /// <summary>Changes that were not told, of which a gap said that they may be missing.</summary>
    public long InGaps { get; internal set; }

    /// <summary>Changes that were not told, which a later one said it stands for.</summary>
    public long Skipped { get; internal set; }

    /// <summary>Whether all that was told is right, and of what was not told it was said.</summary>
    public bool IsHonest => Lost + Repeated + Reordered + Foreign == 0;

    /// <summary>Whether everything was told besides.</summary>
    public bool IsComplete => IsHonest && InGaps + Skipped == 0;

    /// <summary>The first things that were not right.</summary>
    public IReadOnlyList<string> Findings => [.. _violations.Select(violation => violation.What)];

    /// <summary>The same, with what shows them.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Right:N0} right, {Lost:N0} lost, {Repeated:N0} repeated, {Reordered:N0} reordered, {Foreign:N0} foreign; {InGaps:N0} told to be missing, {Skipped:N0} told to be left out");

    internal void Note(Violation violation)
    {
        if (_violations.Count(known => known.Kind == violation.Kind) < MostOfKind)
            _violations.Add(violation);
    }
}
