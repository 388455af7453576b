namespace Platform.Api.Catalog.Embeddings;

internal static partial class EmbeddingLog
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "{Count} books wait for a vector of {Model}")]
    public static partial void Queued(ILogger logger, int count, string model);

    // Warning: nothing is lost, search goes on with the vectors there are.
    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "Books could not be embedded; next try in {Seconds} s")]
    public static partial void BatchFailed(ILogger logger, double seconds, Exception cause);
}
