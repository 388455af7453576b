namespace Platform.Caching;

/// <summary>The name of one cached value: <c>{entity}:{id}[:{context}]</c>, such as <c>book:0190…</c>.</summary>
/// <param name="Value">
/// At most <see cref="MaxBytes"/> bytes of UTF-8. A longer one is no error for its reader: the value is loaded every time
/// and the fact counted in <c>cache_errors_total{reason="key_too_long"}</c>.
/// </param>
public readonly record struct CacheKey(string Value)
{
    /// <summary>The longest key that is cached, in bytes of UTF-8.</summary>
    public const int MaxBytes = 512;

    /// <inheritdoc />
    public override string ToString() => Value;
}
