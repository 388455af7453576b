using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Platform.Emulators.Cosmos.Queries;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>All items, and the feed of their changes: the newest version of each, in the order of the changes.</summary>
internal static class ItemFeeds
{
    private static readonly ParsedQuery Everything = Parser.Parse("SELECT * FROM c", new Dictionary<string, Value>(), VectorPolicy.None);

    internal static Task GetAsync(HttpContext context, Account account, Throughput throughput, string db, string coll)
    {
        var container = account.Container(db, coll);
        throughput.Require(container);
        var partition = ItemEndpoints.PartitionOf(context.Request);
        return (string?)context.Request.Headers["a-im"] switch
        {
            null => ItemQueries.PageAsync(context, account, throughput, container, partition, Everything),
            "Incremental Feed" or "Incremental feed" => ChangesAsync(context, account, throughput, container, partition),
            _ => throw CosmosException.NotImplemented("Change feeds of all versions and deletes are not done by this emulator."),
        };
    }

    private static async Task ChangesAsync(HttpContext context, Account account, Throughput throughput, Container container, PartitionKey? partition)
    {
        var state = await account.ReadAsync(container, partition);
        var (after, since) = StartOf(context.Request, container, state);
        var (most, count, last) = (ItemQueries.PageSize(context.Request), 0, state.Lsn);
        var page = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(page, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("_rid", container.ResourceId);
            writer.WriteStartArray("Documents");
            foreach (var item in state.Items(after).Where(item => item.ModifiedAt >= since))
            {
                // Its number is for the estimator, which compares it with the session token's.
                writer.WriteRawValue([.. item.Json.AsSpan()[..^1], .. ",\"_lsn\":"u8, .. System.Text.Encoding.UTF8.GetBytes(item.Lsn.ToString(CultureInfo.InvariantCulture)), (byte)'}'], skipInputValidation: true);
                last = item.Lsn;
                if (++count == most || page.WrittenCount + writer.BytesPending > 4 << 20)
                    break;
            }

            writer.WriteEndArray();
            writer.WriteNumber("_count", count);
            writer.WriteEndObject();
        }

        context.Response.Headers.ETag = $"\"{(count == 0 ? state.Lsn : last).ToString(CultureInfo.InvariantCulture)}\"";
        context.Response.Headers[Headers.ItemCount] = count.ToString(CultureInfo.InvariantCulture);
        Answer.Session(context, state.Lsn);
        throughput.Spend(container, context, 1 + (page.WrittenCount / 10_240.0));
        if (count == 0)
            Answer.Empty(context, 304);
        else
            await Answer.JsonAsync(context, 200, page.WrittenMemory);
    }

    private static (long After, long Since) StartOf(HttpRequest request, Container container, ContainerState state)
    {
        var position = (string?)request.Headers.IfNoneMatch;
        if (position == "*")
            return (state.Lsn, 0);
        if (position is not null)
        {
            var first = Container.FirstLsn(container.Number);
            return long.TryParse(position.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var lsn) && lsn >= first && lsn <= state.Lsn
                ? (lsn, 0)
                : throw CosmosException.BadRequest("The position is not one of this container's feed: begin anew.");
        }

        return DateTimeOffset.TryParse(request.Headers.IfModifiedSince, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? (0, time.ToUnixTimeSeconds())
            : (0, 0);
    }
}
