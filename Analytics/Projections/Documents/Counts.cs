using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>What happened in a window. Orders count when they are paid; those paid back later count again, as refunds of that later window.</summary>
internal sealed record Counts
{
    internal static readonly Counts None = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Views { get; init; }

    /// <summary>Chosen from what a search had found.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SearchClicks { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int CartAdds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ShelfAdds { get; init; }

    /// <summary>That it is in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Orders { get; init; }

    /// <summary>Copies of <see cref="Orders"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Quantity { get; init; }

    /// <summary>What was paid, by ISO 4217 currency.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, decimal>? Revenue { get; init; }

    /// <summary>Orders that were paid back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Refunds { get; init; }

    /// <summary>What was paid back, by ISO 4217 currency.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, decimal>? Refunded { get; init; }

    /// <summary>How often it was rated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Ratings { get; init; }

    /// <summary>The sum of the stars of <see cref="Ratings"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Stars { get; init; }

    public static Counts operator +(Counts a, Counts b) => new()
    {
        Views = a.Views + b.Views,
        SearchClicks = a.SearchClicks + b.SearchClicks,
        CartAdds = a.CartAdds + b.CartAdds,
        ShelfAdds = a.ShelfAdds + b.ShelfAdds,
        Orders = a.Orders + b.Orders,
        Quantity = a.Quantity + b.Quantity,
        Revenue = Sum(a.Revenue, b.Revenue),
        Refunds = a.Refunds + b.Refunds,
        Refunded = Sum(a.Refunded, b.Refunded),
        Ratings = a.Ratings + b.Ratings,
        Stars = a.Stars + b.Stars,
    };

    private static IReadOnlyDictionary<string, decimal>? Sum(IReadOnlyDictionary<string, decimal>? a, IReadOnlyDictionary<string, decimal>? b) =>
        a is null ? b : b is null ? a : a.Concat(b).GroupBy(one => one.Key, StringComparer.Ordinal).ToDictionary(one => one.Key, one => one.Sum(amount => amount.Value), StringComparer.Ordinal);
}
