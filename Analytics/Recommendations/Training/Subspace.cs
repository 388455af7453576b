using System.Numerics.Tensors;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>
/// Finds the few directions in which the scores of all readers lie, without ever having them all: each of some random directions
/// is turned again and again towards where they are (block power iteration).
/// </summary>
internal static class Subspace
{
    // More than are wanted, as those that are cut off take the inaccuracy with them.
    private const int Spare = 16;
    private const int Turns = 4;

    /// <summary>Directions at right angles to each other, in rows; those that are not needed are zeros.</summary>
    /// <param name="weights">From what is read to scores.</param>
    /// <param name="readers">What is read.</param>
    /// <param name="dimensions">How many directions.</param>
    /// <param name="seed">What it begins with.</param>
    /// <param name="work">On how many threads, and until when.</param>
    internal static Matrix OfScores(Matrix weights, IReadOnlyList<Reading[]> readers, int dimensions, int seed, ParallelOptions work)
    {
        var directions = new Matrix(Math.Min(dimensions + Spare, weights.Rows), weights.Rows);
        var random = new Random(seed);
        foreach (ref var one in directions.Numbers.AsSpan())
            one = random.NextSingle() - 0.5f;
        for (var turn = 0; turn < Turns; turn++)
        {
            var encoded = new Matrix(directions.Columns, directions.Rows);
            MatrixProduct.Add(1, weights, directions.Transposed, encoded, work);
            directions = new Matrix(directions.Rows, directions.Columns);
            MatrixProduct.Add(1, ReadBack(encoded, readers).Transposed, weights, directions, work);
            Straighten(directions, work.CancellationToken);
        }

        var found = new Matrix(dimensions, weights.Rows);
        directions.Numbers.AsSpan(0, Math.Min(directions.Numbers.Length, found.Numbers.Length)).CopyTo(found.Numbers);
        return found;
    }

    // What readers are, read back to what they have read.
    private static Matrix ReadBack(Matrix encoded, IReadOnlyList<Reading[]> readers)
    {
        var back = new Matrix(encoded.Rows, encoded.Columns);
        var vector = new float[encoded.Columns];
        foreach (var reader in readers)
        {
            Array.Clear(vector);
            foreach (var one in reader.Where(one => one.Book < encoded.Rows))
                TensorPrimitives.MultiplyAdd(encoded.Row(one.Book), one.Weight, vector, vector);
            foreach (var one in reader.Where(one => one.Book < encoded.Rows))
                TensorPrimitives.MultiplyAdd(vector, one.Weight, back.Row(one.Book), back.Row(one.Book));
        }

        return back;
    }

    // Gram-Schmidt, each twice, as once leaves what rounding has made.
    private static void Straighten(Matrix directions, CancellationToken cancellationToken)
    {
        for (var i = 0; i < directions.Rows; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = directions.Row(i);
            var before = TensorPrimitives.Norm<float>(row);
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < i; j++)
                    TensorPrimitives.MultiplyAdd(directions.Row(j), -TensorPrimitives.Dot<float>(directions.Row(j), row), row, row);
            }

            // What is left of one that is no direction of its own is noise.
            var norm = TensorPrimitives.Norm<float>(row);
            TensorPrimitives.Multiply(row, norm > 1e-5f * before ? 1 / norm : 0, row);
        }
    }
}
