using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.CacheMap;
using Platform.ServiceDefaults;

namespace Platform.Api.Catalog.Search;

/// <summary><c>/search</c>.</summary>
internal static class SearchEndpoints
{
    private const int DefaultSuggestions = 10;

    internal static void AddSearch(this WebApplicationBuilder builder) => builder.Services.AddScoped<BookSearch>().AddMeasurements<CatalogTelemetry>();

    internal static void MapSearch(this RouteGroupBuilder api)
    {
        var search = api.MapGroup("/search").WithTags("Search");
        search.MapRead("/", Find).WithSummary("Search the catalogue.").AnswersInvalid();
        search.MapRead("/suggest", Suggest).WithSummary("Suggest books while somebody is typing.").AnswersInvalid();
    }

    private static Results<CachedRead<SearchAnswer>, ProblemHttpResult> Find([AsParameters] SearchQuery query, CatalogTelemetry telemetry)
    {
        if (query.Check() is { Any: true } errors)
        {
            return Problems.Invalid(errors);
        }

        telemetry.Searched();
        return new CachedRead<SearchAnswer>(CachePolicies.Search, CacheKeys.Search(query.Spelling), "search", async (load, cancellationToken) =>
        {
            var search = load.Get<BookSearch>();
            var answer = await search.FindAsync(query, cancellationToken);
            if (answer.Items.Count == 0)
            {
                telemetry.FoundNothing();
            }

            load.ServerTiming = ServerTiming(search, answer.Took);
            return answer;
        });
    }

    private static Results<CachedRead<Suggestions>, ProblemHttpResult> Suggest(
        [FromQuery, Required, MaxLength(SearchQuery.MaxLength), Description("What has been typed so far.")] string? q,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(DefaultSuggestions), Description("Items in the answer.")] int? limit)
    {
        var errors = new FieldErrors();
        SearchQuery.CheckText(q, errors);
        Page.Limit(limit, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var words = SearchQuery.Normalise(q!);
        var count = limit ?? DefaultSuggestions;
        return new CachedRead<Suggestions>(CachePolicies.Suggest, CacheKeys.Suggest($"{count}\n{words}"), "search", async (load, cancellationToken) =>
        {
            var search = load.Get<BookSearch>();
            var suggestions = await search.SuggestAsync(words, count, cancellationToken);
            load.ServerTiming = ServerTiming(search, suggestions.Took);
            return suggestions;
        });
    }

    // https://www.w3.org/TR/server-timing/: browsers show it beside the request.
    private static string ServerTiming(BookSearch search, double took) =>
        string.Create(CultureInfo.InvariantCulture, $"db;dur={search.DatabaseMilliseconds:0.###}, total;dur={took:0.###}");
}
