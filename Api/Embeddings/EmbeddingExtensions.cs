using Microsoft.Extensions.AI;

namespace Platform.Api.Embeddings;

/// <summary>Registers the generator of embeddings.</summary>
internal static class EmbeddingExtensions
{
    /// <summary>
    /// Adds <see cref="IEmbeddingGenerator{TInput,TEmbedding}"/>: the endpoint of section <c>Embeddings</c>, or the local
    /// one when there is none.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting of the section is not usable; the message names it.</exception>
    public static void AddEmbeddings(this WebApplicationBuilder builder)
    {
        var remote = RemoteEmbeddingOptions.Read(builder.Configuration);
        builder.Services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(_ =>
            remote is null ? new LocalEmbeddingGenerator() : new RemoteEmbeddingGenerator(remote));
        builder.Services.AddSingleton(remote?.Nearness ?? Nearness.Local);
    }

    /// <summary>The id of the model whose vectors the generator makes; only vectors of one model can be compared.</summary>
    public static string ModelId(this IEmbeddingGenerator<string, Embedding<float>> generator) =>
        generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId
        ?? throw new InvalidOperationException("The embedding generator does not say which model it uses.");
}
