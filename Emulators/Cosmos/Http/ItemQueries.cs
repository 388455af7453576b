using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Emulators.Cosmos.Queries;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>Queries for items, a page at a time.</summary>
internal static class ItemQueries
{
    private const int UsualPage = 1_000;
    private const int LargestPage = 10_000;
    private const int LargestPageBytes = 4 << 20;

    /// <summary>
    /// How a client is to run a query: as it is, against the one range there is. Whatever is wrong with it is said here.
    /// </summary>
    internal static async Task PlanAsync(HttpContext context, Container container)
    {
        await ParseAsync(context, container);
        await Answer.JsonAsync(context, 200, new JsonObject
        {
            ["partitionedQueryExecutionInfoVersion"] = 2,
            ["queryInfo"] = new JsonObject(),
            ["queryRanges"] = new JsonArray(new JsonObject { ["min"] = "", ["max"] = "FF", ["isMinInclusive"] = true, ["isMaxInclusive"] = false }),
        });
    }

    internal static async Task RunAsync(HttpContext context, Account account, Throughput throughput, Container container)
    {
        throughput.Require(container);
        var query = await ParseAsync(context, container);
        var partition = ItemEndpoints.PartitionOf(context.Request);
        await PageAsync(context, account, throughput, container, partition, query);
    }

    /// <summary>One page of rows, and where the next begins.</summary>
    internal static async Task PageAsync(HttpContext context, Account account, Throughput throughput, Container container, PartitionKey? partition, ParsedQuery query)
    {
        var state = await account.ReadAsync(container, partition);
        var from = QueryPosition.Parse(context.Request.Headers[Headers.Continuation]);
        var (most, page, count) = (PageSize(context.Request), new ArrayBufferWriter<byte>(), 0);
        QueryPosition? next = null;
        var reader = new QueryReader(query, state, from);
        using (var writer = new Utf8JsonWriter(page, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("_rid", container.ResourceId);
            writer.WriteStartArray("Documents");
            foreach (var row in reader.Rows())
            {
                if (count == most || page.WrittenCount + writer.BytesPending > LargestPageBytes)
                {
                    next = reader.Before;
                    break;
                }

                row.WriteTo(writer);
                count++;
            }

            writer.WriteEndArray();
            writer.WriteNumber("_count", count);
            writer.WriteEndObject();
        }

        if (next is { } position)
            context.Response.Headers[Headers.Continuation] = position.ToString();
        context.Response.Headers[Headers.ItemCount] = count.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers[Headers.RequiresDistribution] = "False";
        Answer.Session(context, state.Lsn);
        throughput.Spend(container, context, 2.3 + (0.01 * reader.Read) + (page.WrittenCount / 10_240.0));
        await Answer.JsonAsync(context, 200, page.WrittenMemory);
    }

    internal static int PageSize(HttpRequest request) =>
        int.TryParse(request.Headers[Headers.MaxItemCount], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var most) && most > 0 ? Math.Min(most, LargestPage) : UsualPage;

    private static async Task<ParsedQuery> ParseAsync(HttpContext context, Container container)
    {
        if (Resource.ParseObject(await RequestBody.ReadAsync(context)) is not { } json || ContainerDefinition.Text(json["query"]) is not { } text)
            throw CosmosException.BadRequest("The request body must be an object with the property query.");
        var parameters = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var parameter in json["parameters"] as JsonArray ?? [])
        {
            if (ContainerDefinition.Text(parameter?["name"]) is { } name && parameter!.AsObject().TryGetPropertyValue("value", out var value))
                parameters[name] = Value.Of(JsonSerializer.SerializeToUtf8Bytes(value));
        }

        try
        {
            return Parser.Parse(text, parameters, container.Definition.Vectors);
        }
        catch (QueryException e)
        {
            // The service's words, which clients show as they are.
            throw CosmosException.BadRequest(JsonSerializer.Serialize(new
            {
                errors = new[] { new { severity = "Error", location = new { start = e.Start, end = e.End }, code = e.Code, message = e.Message } },
            }, Answer.Readable));
        }
    }
}
