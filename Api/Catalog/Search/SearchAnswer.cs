using System.ComponentModel;
using Platform.Api.Catalog.Authors;
using Platform.Api.Catalog.Books;

namespace Platform.Api.Catalog.Search;

/// <summary>What a search found.</summary>
internal sealed record SearchAnswer(
    [property: Description("Best first.")] IReadOnlyList<SearchAnswer.Item> Items,
    SearchAnswer.FacetCounts Facets,
    [property: Description("Milliseconds from the request's validation to the answer; the header `Server-Timing` says how many of them inside the database.")] double Took)
{
    /// <summary>One book that was found.</summary>
    internal sealed record Item(
        BookSummary Book,
        [property: Description("Higher is better; comparable within one answer only.")] double Score,
        Marks Highlights);

    /// <summary>Why it was found.</summary>
    [Description("HTML: the field's text, escaped, with the words that matched inside `<mark>`. Null where none did.")]
    internal sealed record Marks(
        string? Title,
        [property: Description("All authors, joined by commas.")] string? Authors,
        [property: Description("The most telling part.")] string? Description);

    /// <summary>How the books that match spread.</summary>
    [Description("Counts over the books that match as well as the first does, nearly; at most the best 200 of them.")]
    internal sealed record FacetCounts(
        [property: Description("The 50 most frequent, most frequent first.")] IReadOnlyList<CategoryCount> Categories,
        [property: Description("Most frequent first.")] IReadOnlyList<LanguageCount> Languages,
        [property: Description("Oldest first.")] IReadOnlyList<DecadeCount> Decades)
    {
        internal static readonly FacetCounts None = new([], [], []);
    }

    /// <summary>Books in a category.</summary>
    internal sealed record CategoryCount(Guid Id, string Name, string Slug, int Count);

    /// <summary>Books in a language.</summary>
    internal sealed record LanguageCount([property: Description("BCP 47.")] string Language, int Count);

    /// <summary>Books of ten years.</summary>
    internal sealed record DecadeCount([property: Description("Its first year, 1990 for the nineties; negative is BC.")] int Decade, int Count);
}

/// <summary>What somebody who is still typing may mean.</summary>
internal sealed record Suggestions([property: Description("Best first.")] IReadOnlyList<Suggestions.Item> Items, [property: Description("Milliseconds from the request's validation to the answer; the header `Server-Timing` says how many of them inside the database.")] double Took)
{
    /// <summary>A book to choose.</summary>
    internal sealed record Item(
        [property: Description("The book's id.")] Guid Id,
        string Title,
        [property: Description("In the order of the title page.")] IReadOnlyList<AuthorName> Authors,
        [property: Description("The title as HTML: escaped, with the words that matched inside `<mark>`.")] string Highlight);
}
