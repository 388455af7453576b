namespace Platform.Analytics.Reconciliation;

/// <summary>Entities that are compared together: those after one id, up to another.</summary>
/// <param name="Entity">What they are, such as <c>book</c>.</param>
/// <param name="After">Not in it; the lowest of all ids at the beginning.</param>
/// <param name="Last">In it; null when all that follow are.</param>
internal sealed record KeyRange(string Entity, Guid After, Guid? Last)
{
    /// <summary>Its streams are after this one.</summary>
    internal string AfterStream => After == Guid.Empty ? $"{Entity}:" : $"{Entity}:{After}";

    /// <summary>And not after this one. The sign after the colon ends what has no end.</summary>
    internal string LastStream => Last is { } last ? $"{Entity}:{last}" : $"{Entity};";
}
