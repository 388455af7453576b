using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>What all answers have.</summary>
internal static class Answer
{
    /// <summary>Quotes as they are: clients show messages without reading them as JSON.</summary>
    internal static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static async Task JsonAsync(HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    internal static Task JsonAsync(HttpContext context, int status, JsonNode json) => JsonAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(json, Readable));

    internal static void Empty(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        if (status is not (204 or 304))
            context.Response.ContentLength = 0;
    }

    internal static Task ErrorAsync(HttpContext context, CosmosException error)
    {
        if (error.SubStatus != 0)
            context.Response.Headers[Headers.SubStatus] = error.SubStatus.ToString(CultureInfo.InvariantCulture);
        return JsonAsync(context, error.Status, new JsonObject { ["code"] = error.Code, ["message"] = error.Message });
    }

    internal static void Charge(HttpContext context, double units) =>
        context.Response.Headers[Headers.RequestCharge] = units.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>How far a container is, which the client sends along with its next requests.</summary>
    internal static void Session(HttpContext context, long lsn) =>
        context.Response.Headers[Headers.SessionToken] = string.Create(CultureInfo.InvariantCulture, $"0:-1#{lsn}");
}
