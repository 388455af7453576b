using System.Numerics.Tensors;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>
/// Learns what each book says of each other: of all matrices with nothing on the diagonal, the one that says best what readers
/// read from what else they read. It has a closed form, the inverse of the matrix of what is read together.
/// </summary>
internal static class Autoencoder
{
    /// <summary>The weights: from the book of a row to that of a column.</summary>
    internal static Matrix Learn(TrainingSet set, Parameters parameters, ParallelOptions work)
    {
        var weights = ReadTogether(set, parameters);
        SymmetricInverse.Of(weights, work);
        var columns = new float[set.Learned];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = -1 / weights[i, i];
        for (var i = 0; i < columns.Length; i++)
        {
            TensorPrimitives.Multiply(weights.Row(i), columns, weights.Row(i));
            weights[i, i] = 0;
        }

        return weights;
    }

    private static Matrix ReadTogether(TrainingSet set, Parameters parameters)
    {
        var together = new Matrix(set.Learned, set.Learned);
        foreach (var reader in set.Readers)
            AddPairs(together, [.. reader.Where(one => one.Book < set.Learned).Select(one => (one.Book, one.Weight))]);
        foreach (var kinship in set.Kinships)
        {
            var strength = kinship.Kind switch { KinshipKind.Author => parameters.SameAuthor, KinshipKind.Series => parameters.SameSeries, _ => parameters.NextInSeries };
            AddPairs(together, [.. kinship.Books.Where(book => book < set.Learned).Select(book => (book, strength))]);
        }

        for (var i = 0; i < set.Learned; i++)
            together[i, i] += parameters.Ridge;
        return together;
    }

    // Below the diagonal is enough.
    private static void AddPairs(Matrix together, (int Book, float Weight)[] row)
    {
        Array.Sort(row);
        for (var i = 0; i < row.Length; i++)
        {
            var to = together.Row(row[i].Book);
            for (var j = 0; j <= i; j++)
                to[row[j].Book] += row[i].Weight * row[j].Weight;
        }
    }
}
