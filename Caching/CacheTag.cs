namespace Platform.Caching;

/// <summary>The name of a group of cached values that are invalidated together, such as <c>library:7</c>.</summary>
/// <param name="Value">Any text. Tags are folded into a table of fixed size, so their number costs nothing.</param>
public readonly record struct CacheTag(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}
