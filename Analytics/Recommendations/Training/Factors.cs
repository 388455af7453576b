using System.Numerics.Tensors;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>Brings the autoencoder into what can be searched: vectors, and the strongest of what they leave.</summary>
internal static class Factors
{
    /// <summary>The model.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="set">What it is learned from.</param>
    /// <param name="weights">The autoencoder's; they are used up.</param>
    /// <param name="parameters">The numbers.</param>
    /// <param name="work">On how many threads, and until when.</param>
    internal static RecommendationModel Of(ModelDescription description, TrainingSet set, Matrix weights, Parameters parameters, ParallelOptions work)
    {
        var directions = Subspace.OfScores(weights, set.Readers, parameters.Dimensions, parameters.Seed, work);
        var encoder = new Matrix(set.Books.Length, parameters.Dimensions);
        MatrixProduct.Add(1, weights, directions.Transposed, encoder with { Rows = set.Learned }, work);
        MatrixProduct.Add(-1, encoder with { Rows = set.Learned }, directions, weights, work);
        var items = new Matrix(set.Books.Length, parameters.Dimensions);
        for (var i = 0; i < set.Learned; i++)
        {
            for (var j = 0; j < parameters.Dimensions; j++)
                items[i, j] = directions[j, i];
        }

        foreach (var vectors in new[] { encoder, items })
            Place(vectors, set, parameters.Unlearned);
        return new RecommendationModel(description, set.Books, encoder.Numbers, items.Numbers, Strongest(weights, set.Books.Length, parameters.Neighbours, work));
    }

    // Books that nothing was learned of are where those are that they belong together with.
    private static void Place(Matrix vectors, TrainingSet set, float nearness)
    {
        var groups = new int[set.Books.Length];
        foreach (var kinship in set.Kinships)
        {
            var learned = kinship.Books.Where(book => book < set.Learned).ToList();
            var middle = new float[vectors.Columns];
            foreach (var book in learned)
                TensorPrimitives.MultiplyAdd(vectors.Row(book), nearness / learned.Count, middle, middle);
            foreach (var book in kinship.Books.Where(book => book >= set.Learned && learned.Count > 0))
            {
                groups[book]++;
                TensorPrimitives.Add(vectors.Row(book), middle, vectors.Row(book));
            }
        }

        for (var book = set.Learned; book < groups.Length; book++)
            TensorPrimitives.Divide(vectors.Row(book), Math.Max(1, groups[book]), vectors.Row(book));
    }

    private static Neighbours Strongest(Matrix weights, int rows, int count, ParallelOptions work)
    {
        var columns = new int[rows][];
        Array.Fill(columns, []);
        Parallel.For(0, weights.Rows, work, () => new float[weights.Columns], (i, _, strengths) =>
        {
            TensorPrimitives.Abs(weights.Row(i), strengths);
            // A book is never offered for itself.
            strengths[i] = 0;
            columns[i] = [.. Best.Of(strengths, count).Where(j => strengths[j] > 0).Order()];
            return strengths;
        }, _ => { });
        var starts = new int[rows + 1];
        for (var i = 0; i < rows; i++)
            starts[i + 1] = starts[i] + columns[i].Length;
        return new Neighbours(starts, [.. columns.SelectMany(row => row)], [.. columns.SelectMany((row, i) => row.Select(j => weights[i, j]))]);
    }
}
