namespace Platform.Analytics.Recommendations;

/// <summary>
/// All numbers that decide what is recommended, with where they come from. The model is a linear autoencoder: what a reader is
/// offered is a weighted sum over the books of the reader's history. It is learned in full (EASE), then brought into vectors.
/// <list type="bullet">
/// <item>EASE: H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019 (arXiv:1905.03375).</item>
/// </list>
/// </summary>
internal sealed record Parameters
{
    /// <summary>The numbers that the platform uses.</summary>
    internal static readonly Parameters Default = new();

    /// <summary>The length of the vectors of books and readers.</summary>
    /// <value>256: the most that the vector container holds.</value>
    public int Dimensions { get; init; } = 256;

    /// <summary>How many books the vector search proposes for the final ranking.</summary>
    /// <value>300.</value>
    public int Candidates { get; init; } = 300;

    /// <summary>How many neighbours of a book the final ranking knows.</summary>
    /// <value>400.</value>
    public int Neighbours { get; init; } = 400;
}
