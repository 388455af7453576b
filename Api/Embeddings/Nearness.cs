namespace Platform.Api.Embeddings;

/// <summary>What counts as near in the vectors of the configured model.</summary>
/// <param name="LeastCosine">
/// The cosine from which on a text answers a query by its meaning. Models differ: of the local one unrelated texts are at
/// up to 0.5 and related ones above 0.6; those of hosted models mostly lie lower.
/// </param>
internal sealed record Nearness(float LeastCosine)
{
    /// <summary>Of <see cref="LocalEmbeddingGenerator"/>.</summary>
    internal static readonly Nearness Local = new(0.5f);
}
