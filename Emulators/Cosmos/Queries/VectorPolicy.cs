namespace Platform.Emulators.Cosmos.Queries;

/// <summary>How similar two vectors are.</summary>
internal enum DistanceFunction
{
    /// <summary>The cosine of the angle between them; 1 is the most similar.</summary>
    Cosine,

    /// <summary>The dot product; greater is more similar.</summary>
    DotProduct,

    /// <summary>The distance between their points; 0 is the most similar.</summary>
    Euclidean,
}

/// <summary>A path at which items have vectors.</summary>
/// <param name="Path">Such as <c>/embedding</c>.</param>
/// <param name="Dimensions">How many numbers they have.</param>
/// <param name="Function">How they are compared.</param>
internal sealed record VectorPath(string Path, int Dimensions, DistanceFunction Function);

/// <summary>What a container says of its items' vectors.</summary>
/// <param name="Paths">Where they are.</param>
internal sealed record VectorPolicy(IReadOnlyList<VectorPath> Paths)
{
    internal static VectorPolicy None { get; } = new([]);
}
