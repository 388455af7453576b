using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Platform.Api.Embeddings;

namespace Platform.Tests.Api.Catalog.Embeddings;

/// <summary>The local generator behind a gate: a test sees what is asked, holds it up, or makes it fail.</summary>
internal sealed class GatedGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly LocalEmbeddingGenerator _inner = new();

    /// <summary>Called with the texts before they are embedded.</summary>
    public Func<IReadOnlyList<string>, Task> Before { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<string> Asked { get; } = new();

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var texts = values.ToList();
        texts.ForEach(Asked.Enqueue);
        await Before(texts);
        return await _inner.GenerateAsync(texts, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => _inner.GetService(serviceType, serviceKey);

    public void Dispose()
    {
    }
}
