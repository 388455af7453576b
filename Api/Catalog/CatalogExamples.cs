using Platform.Api.Catalog.Authors;
using Platform.Api.Catalog.Books;
using Platform.Api.Catalog.Categories;
using Platform.Api.Http;

namespace Platform.Api.Catalog;

/// <summary>What the catalogue's answers look like, for the API description.</summary>
internal static class CatalogExamples
{
    private static readonly AuthorName Author = new(new Guid("01890a5d-ac96-774b-bcce-b302099a8057"), "Herman Melville");
    private static readonly BookDetails.CategoryName Category = new(new Guid("01890a5d-ac96-774b-bcce-b302099a8058"), "Sea stories");

    private static readonly BookSummary Summary = new(new Guid("01890a5d-ac96-774b-bcce-b302099a8059"), "Moby-Dick", "or, The Whale", [Author],
        "en", 1851, 3.49m, 401_632, "https://covers.example.org/moby-dick.jpg");

    /// <summary>An example for each type of answer.</summary>
    internal static readonly IReadOnlyDictionary<Type, object> ByType = new Dictionary<Type, object>
    {
        [typeof(AuthorName)] = Author,
        [typeof(Page<AuthorName>)] = new Page<AuthorName>([Author], null),
        [typeof(BookDetails)] = new BookDetails(Summary.Id, Summary.Title, Summary.Subtitle, [Author], [Category], Summary.Language, Summary.PublishedYear,
            "Harper & Brothers", "A captain hunts the white whale that took his leg.", new BookDetails.BookNumbers("0142437247", "9780142437247", null),
            Summary.AverageRating, Summary.RatingsCount, Summary.CoverUrl, [new BookDetails.TranslatedText("de", "Moby-Dick oder Der Wal", null)]),
        [typeof(Page<BookSummary>)] = new Page<BookSummary>([Summary], "u39K2U23SdsBofsQq1d_-Ju83ARv_i8KMA"),
        [typeof(CategoryEndpoints.CategoryDetails)] = new CategoryEndpoints.CategoryDetails(Category.Id, null, Category.Name, "sea-stories"),
        [typeof(Page<CategoryNode>)] = new Page<CategoryNode>([new CategoryNode(Category.Id, Category.Name, "sea-stories", 42, [])], null),
    };
}
