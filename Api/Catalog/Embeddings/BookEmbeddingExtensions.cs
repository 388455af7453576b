namespace Platform.Api.Catalog.Embeddings;

/// <summary>Registers what keeps the books' vectors up to date.</summary>
internal static class BookEmbeddingExtensions
{
    internal static void AddBookEmbeddings(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EmbeddingTelemetry>();
        builder.Services.AddHostedService<EmbeddingWorker>();
    }
}
