using Microsoft.Extensions.AI;

namespace Platform.Api.Embeddings;

/// <summary>Registers the generator of embeddings.</summary>
internal static class EmbeddingExtensions
{
    /// <summary>Adds <see cref="IEmbeddingGenerator{TInput,TEmbedding}"/>: the local one.</summary>
    public static void AddEmbeddings(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, LocalEmbeddingGenerator>();

    /// <summary>The id of the model whose vectors the generator makes; only vectors of one model can be compared.</summary>
    public static string ModelId(this IEmbeddingGenerator<string, Embedding<float>> generator) =>
        generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId
        ?? throw new InvalidOperationException("The embedding generator does not say which model it uses.");
}
