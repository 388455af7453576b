using System.ComponentModel;

namespace Platform.Api.Http;

/// <summary>A part of a list.</summary>
internal sealed record Page<T>(
    [property: Description("The items, in the order asked for.")] IReadOnlyList<T> Items,
    [property: Description("Send it back as `after`, with the same other parameters, for what follows; null at the end.")] string? Next);

/// <summary>Makes pages of lists that are read by key.</summary>
internal static class Page
{
    internal const int DefaultLimit = 20;
    internal const int MaxLimit = 100;

    /// <summary>Cuts off the extra row, which only tells whether another page follows.</summary>
    /// <param name="rows">Up to <paramref name="limit"/> + 1 rows.</param>
    /// <param name="limit">The size of a page.</param>
    /// <param name="cursor">The cursor after a row.</param>
    internal static Page<T> Of<T>(List<T> rows, int limit, Func<T, string> cursor)
    {
        if (rows.Count <= limit)
        {
            return new Page<T>(rows, null);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, cursor(rows[^1]));
    }

    /// <summary>Reads <c>limit</c>; adds an error when it is out of range.</summary>
    internal static int Limit(int? limit, FieldErrors errors)
    {
        if (limit is < 1 or > MaxLimit)
        {
            errors.Add("limit", $"limit must be a whole number from 1 to {MaxLimit}.");
        }

        return limit ?? DefaultLimit;
    }
}
