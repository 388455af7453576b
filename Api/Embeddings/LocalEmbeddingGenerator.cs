using Microsoft.Extensions.AI;

namespace Platform.Api.Embeddings;

/// <summary>The default: <see cref="LocalEmbedding"/>, computed in the process.</summary>
internal sealed class LocalEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata =
        new("platform", defaultModelId: LocalEmbedding.ModelId, defaultModelDimensions: LocalEmbedding.Dimensions);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var value in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var vector = new float[LocalEmbedding.Dimensions];
            LocalEmbedding.Embed(value, vector);
            embeddings.Add(new Embedding<float>(vector) { ModelId = LocalEmbedding.ModelId });
        }
        return Task.FromResult(embeddings);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
    }
}
