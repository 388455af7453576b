using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Api.Documentation;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Search;

/// <summary><c>/search</c>.</summary>
internal static class SearchEndpoints
{
    private const int DefaultSuggestions = 10;

    internal static void AddSearch(this WebApplicationBuilder builder) => builder.Services.AddScoped<BookSearch>();

    internal static void MapSearch(this RouteGroupBuilder api)
    {
        var search = api.MapGroup("/search").WithTags("Search");
        search.MapGet("/", Find).WithSummary("Search the catalogue.").AnswersInvalid();
        search.MapGet("/suggest", Suggest).WithSummary("Suggest books while somebody is typing.").AnswersInvalid();
    }

    private static async Task<Results<Ok<SearchAnswer>, ProblemHttpResult>> Find(
        [AsParameters] SearchQuery query, BookSearch search, HttpResponse response, CancellationToken cancellationToken)
    {
        if (query.Check() is { Any: true } errors)
        {
            return Problems.Invalid(errors);
        }

        var answer = await search.FindAsync(query, cancellationToken);
        SayServerTiming(response, search, answer.Took);
        return TypedResults.Ok(answer);
    }

    private static async Task<Results<Ok<Suggestions>, ProblemHttpResult>> Suggest(
        [FromQuery, Required, MaxLength(SearchQuery.MaxLength), Description("What has been typed so far.")] string? q,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(DefaultSuggestions), Description("Items in the answer.")] int? limit,
        BookSearch search, HttpResponse response, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        SearchQuery.CheckText(q, errors);
        Page.Limit(limit, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var suggestions = await search.SuggestAsync(q!, limit ?? DefaultSuggestions, cancellationToken);
        SayServerTiming(response, search, suggestions.Took);
        return TypedResults.Ok(suggestions);
    }

    // https://www.w3.org/TR/server-timing/: browsers show it beside the request.
    private static void SayServerTiming(HttpResponse response, BookSearch search, double took) =>
        response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture, $"db;dur={search.DatabaseMilliseconds:0.###}, total;dur={took:0.###}");
}
