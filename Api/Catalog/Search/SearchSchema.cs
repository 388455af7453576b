using Platform.Api.Data;

namespace Platform.Api.Catalog.Search;

/// <summary>
/// The statements that make, and take away, what searching needs in the database: they are the <c>.sql</c> files beside
/// this one, in the order of their dependence.
/// </summary>
internal static class SearchSchema
{
    /// <summary>Words, then documents with their triggers, then ranking, then answers.</summary>
    internal static IEnumerable<string> Up { get; } = new[] { "search_words", "search_index", "search_rank", "search_results" }.Select(EmbeddedSql.Read);

    /// <summary>Leaves nothing of <see cref="Up" /> behind.</summary>
    internal static string Down => EmbeddedSql.Read("search_down");
}
