using Platform.Api.Catalog.Authors;
using Platform.Api.Catalog.Books;
using Platform.Api.Catalog.Categories;

namespace Platform.Api.Catalog;

/// <summary>The catalogue: books, authors, categories.</summary>
internal static class CatalogEndpoints
{
    internal static void MapCatalog(this RouteGroupBuilder api)
    {
        api.MapBooks();
        api.MapAuthors();
        api.MapCategories();
    }
}
