using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Access;

namespace Platform.Analytics.Ingest;

/// <summary><c>/analytics/parked</c>: what Cosmos DB refuses, for administrators to look at and to have written after all.</summary>
internal static class ParkedEndpoints
{
    private const int MaxLimit = 1_000;

    internal static void MapParked(this WebApplication app)
    {
        var parked = app.MapGroup("/analytics/parked").ForAdministrators();
        parked.MapGet("/", List);
        parked.MapPost("/{stream}/replay", Replay);
    }

    /// <summary>A stream that is not gone on with.</summary>
    /// <param name="Stream">Which.</param>
    /// <param name="Events">How many of its events are parked.</param>
    /// <param name="EventId">The one that is refused.</param>
    /// <param name="Type">What it is.</param>
    /// <param name="Reason">Why it is refused.</param>
    /// <param name="Since">When it was refused last.</param>
    /// <param name="ReplayAskedAt">When somebody has asked for it to be written after all; null when nobody has.</param>
    internal sealed record ParkedStream(string Stream, int Events, string? EventId, string? Type, string? Reason, DateTimeOffset? Since, DateTimeOffset? ReplayAskedAt);

    /// <summary>Streams in the order of their names.</summary>
    internal sealed record ParkedPage(IReadOnlyList<ParkedStream> Items, int Streams);

    private sealed record Count(string Stream, int Events);

    private static async Task<Results<Ok<ParkedPage>, ValidationProblem>> List(
        [FromQuery, Range(1, MaxLimit)] int? limit, EventContainers containers, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit)
            return TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["limit"] = [$"limit must be a whole number from 1 to {MaxLimit}."] });
        var counts = await ReadAsync<Count>(containers, new QueryDefinition("SELECT c.stream, COUNT(1) AS events FROM c WHERE c.id != @request GROUP BY c.stream"), cancellationToken);
        var refused = (await ReadAsync<ParkedEvent>(containers, new QueryDefinition("SELECT * FROM c WHERE IS_STRING(c.reason)"), cancellationToken)).ToLookup(one => one.Stream, StringComparer.Ordinal);
        var asked = (await ReadAsync<ParkedReplay.Request>(containers, new QueryDefinition("SELECT * FROM c WHERE c.id = @request"), cancellationToken)).ToLookup(one => one.Stream, StringComparer.Ordinal);
        var items = counts.OrderBy(one => one.Stream, StringComparer.Ordinal).Take(limit ?? MaxLimit).Select(one =>
        {
            var first = refused[one.Stream].MinBy(parked => parked.Position, StringComparer.Ordinal);
            return new ParkedStream(one.Stream, one.Events, first?.Id, first?.Type, first?.Reason, first?.ParkedAt, asked[one.Stream].FirstOrDefault()?.AskedAt);
        });
        return TypedResults.Ok(new ParkedPage([.. items], counts.Count));
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> Replay(string stream, ParkedReplay replay, CancellationToken cancellationToken) =>
        await replay.AskAsync(stream, cancellationToken)
            ? TypedResults.Accepted("/analytics/parked")
            : TypedResults.Problem("Nothing of this stream is parked.", statusCode: StatusCodes.Status404NotFound);

    private static async Task<List<T>> ReadAsync<T>(EventContainers containers, QueryDefinition query, CancellationToken cancellationToken)
    {
        List<T> found = [];
        try
        {
            using var pages = containers.Parked.GetItemQueryIterator<T>(query.WithParameter("@request", ParkedReplay.RequestId));
            while (pages.HasMoreResults)
                found.AddRange(await pages.ReadNextAsync(cancellationToken));
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // The container is made with the first event.
        }

        return found;
    }
}
