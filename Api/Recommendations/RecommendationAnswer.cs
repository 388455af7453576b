using System.ComponentModel;
using Platform.Api.Catalog.Books;

namespace Platform.Api.Recommendations;

/// <summary>What is recommended.</summary>
internal sealed record RecommendationAnswer(
    [property: Description("The best first.")] IReadOnlyList<RecommendedBook> Items,
    [property: Description("What recommends: the version of the model, or what stands in for it, such as `trending` or `cold-start`.")] string Model,
    [property: Description("Up to which event, in the order of their commits, the reader's history counts; null where there is none.")] string? AsOf);

/// <summary>A book that is recommended.</summary>
internal sealed record RecommendedBook(
    BookSummary Book,
    [property: Description("Greater is better; it compares within one answer only.")] double Score,
    [property: Description("What speaks for it, the strongest first: without it the book would stand further down.")] IReadOnlyList<RecommendationReason> Because);

/// <summary>What speaks for a book.</summary>
internal sealed record RecommendationReason(
    [property: Description("The book that leads to it.")] Guid BookId,
    [property: Description("What there was with that book: `rated`, `bought`, `read`, `shelved`, `cart`, `searched` or `viewed`; or that it shares a `category`, that it is `similar`, or that its text is about the same (`content`).")] string Reason);
