using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>What a request brings: JSON mostly comes without a content type.</summary>
internal static class RequestBody
{
    // A batch of a hundred items has this much.
    internal const int MaxBytes = (2 * ItemJson.MaxBytes) + (1 << 20);

    internal static async Task<byte[]> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
            throw CosmosException.TooLarge("Request size is too large.");
        using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }
}
