namespace Platform.Analytics.Recommendations;

/// <summary>
/// All numbers that decide what is recommended, with where they come from. They were chosen on a validation split of real ratings
/// (<c>LoadTests -- bench recommend</c>); how much each kind of evidence weighs is in <see cref="EvidenceWeights"/>.
/// </summary>
/// <remarks>
/// The model is a linear autoencoder: what a reader is offered is a weighted sum over the books of the reader's history. It is
/// learned in full, with what is known of the books themselves, and then brought into vectors and the strongest of what they leave.
/// <list type="bullet">
/// <item>The autoencoder: H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019 (arXiv:1905.03375).</item>
/// <item>Books that belong together as further rows: O. Jeunen, J. Van Balen, B. Goethals, Closed-Form Models for Collaborative
/// Filtering with Side-Information, RecSys 2020.</item>
/// <item>Weights instead of ones: Y. Hu, Y. Koren, C. Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008.</item>
/// <item>The vectors: N. Halko, P.-G. Martinsson, J. Tropp, Finding Structure with Randomness, SIAM Review 2011 (arXiv:0909.4061).</item>
/// </list>
/// Tried and left out: a discount for popularity (it finds more in the full matrix and less in the vectors), weights by the square root of
/// a history's length, regularising popular books more.
/// </remarks>
internal sealed record Parameters
{
    /// <summary>The numbers that the platform uses.</summary>
    internal static readonly Parameters Default = new();

    /// <summary>The length of the vectors of books and readers.</summary>
    /// <value>256: the most that the vector container holds.</value>
    public int Dimensions { get; init; } = 256;

    /// <summary>How many books the vector search proposes for the final ranking.</summary>
    /// <value>300: of 1,000 it would be 1 % better.</value>
    public int Candidates { get; init; } = 300;

    /// <summary>Of how many others a book's weight is kept exactly, beside what the vectors say.</summary>
    /// <value>64: more makes it no better.</value>
    public int Neighbours { get; init; } = 64;

    /// <summary>What keeps the autoencoder from learning chance by heart; the greater, the more popular what it offers.</summary>
    /// <value>100.</value>
    public float Ridge { get; init; } = 100;

    /// <summary>How much it counts that books have an author in common: as much as the square of it in readers who like both.</summary>
    /// <value>3; 5 is too much.</value>
    public float SameAuthor { get; init; } = 3;

    /// <summary>How much it counts that books are of one series.</summary>
    /// <value>3.</value>
    public float SameSeries { get; init; } = 3;

    /// <summary>How much it counts besides that one follows the other in it.</summary>
    /// <value>3.</value>
    public float NextInSeries { get; init; } = 3;

    /// <summary>Groups of more books than this say nothing.</summary>
    /// <value>400: the collected authors of anthologies, or "various".</value>
    public int LargestGroup { get; init; } = 400;

    /// <summary>Of how many books the autoencoder is learned: those with the most readers. The square of it is in memory while it trains.</summary>
    /// <value>10,000: 400 MB, and the cube of it is the work: about a minute of two cores.</value>
    public int MostLearned { get; init; } = 10_000;

    /// <summary>How many books it knows in all; the others are placed among those that they belong together with.</summary>
    /// <value>50,000: 100 MB in each process that serves.</value>
    public int MostBooks { get; init; } = 50_000;

    /// <summary>How near such a book is to those.</summary>
    /// <value>Half: it comes after them.</value>
    public float Unlearned { get; init; } = 0.5f;

    /// <summary>From how many readers it learns at most.</summary>
    /// <value>200,000: some 300 MB.</value>
    public int MostReaders { get; init; } = 200_000;

    /// <summary>From how many books of a reader it learns, the last ones.</summary>
    /// <value>500: who has read more is a library.</value>
    public int MostOfReader { get; init; } = 500;

    /// <summary>With fewer readers of two books or more there is no model; what is trending is offered instead.</summary>
    /// <value>20.</value>
    public int LeastReaders { get; init; } = 20;

    /// <summary>What part of each reader's books is set aside to see how good a model is.</summary>
    /// <value>A fifth.</value>
    public double SetAside { get; init; } = 0.2;

    /// <summary>A model is not used when its NDCG@10 is less than this part of the used one's.</summary>
    /// <value>0.95: from day to day it moves by 1 or 2 % of itself.</value>
    public double LeastOfCurrent { get; init; } = 0.95;

    /// <summary>What everything random begins with.</summary>
    /// <value>1: the same data make the same model.</value>
    public int Seed { get; init; } = 1;
}
