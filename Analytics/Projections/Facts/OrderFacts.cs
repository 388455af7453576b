namespace Platform.Analytics.Projections.Facts;

/// <summary>What is known of an order.</summary>
/// <param name="User">Whose it is; null when nobody knows any more.</param>
/// <param name="Currency">Of all its amounts.</param>
/// <param name="IsPaid">Whether it is paid, and not paid back.</param>
/// <param name="Lines">By the number of the line.</param>
internal sealed record OrderFacts(Guid? User, string Currency, bool IsPaid, IReadOnlyDictionary<int, OrderLine> Lines)
{
    internal static readonly OrderFacts None = new(null, "", false, new Dictionary<int, OrderLine>());
}

/// <summary>A line of an order.</summary>
internal sealed record OrderLine(Guid Product, int Quantity, decimal Price);
