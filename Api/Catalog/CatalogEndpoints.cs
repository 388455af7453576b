using Platform.Api.Catalog.Authors;
using Platform.Api.Catalog.Books;
using Platform.Api.Catalog.Categories;
using Platform.Api.Catalog.Embeddings;

namespace Platform.Api.Catalog;

/// <summary>The catalogue: books, authors, categories.</summary>
internal static class CatalogEndpoints
{
    internal static void MapCatalog(this RouteGroupBuilder api)
    {
        api.MapBooks();
        api.MapSimilarBooks();
        api.MapAuthors();
        api.MapCategories();
    }
}
