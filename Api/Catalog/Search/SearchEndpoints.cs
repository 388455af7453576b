using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
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
        [AsParameters] SearchQuery query, BookSearch search, CancellationToken cancellationToken) =>
        query.Check() is { Any: true } errors ? Problems.Invalid(errors) : TypedResults.Ok(await search.FindAsync(query, cancellationToken));

    private static async Task<Results<Ok<Suggestions>, ProblemHttpResult>> Suggest(
        [FromQuery, Required, MaxLength(SearchQuery.MaxLength), Description("What has been typed so far.")] string? q,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(DefaultSuggestions), Description("Items in the answer.")] int? limit,
        BookSearch search, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        SearchQuery.CheckText(q, errors);
        Page.Limit(limit, errors);
        return errors.Any ? Problems.Invalid(errors) : TypedResults.Ok(await search.SuggestAsync(q!, limit ?? DefaultSuggestions, cancellationToken));
    }
}
