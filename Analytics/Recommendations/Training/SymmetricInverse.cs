using System.Numerics.Tensors;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>
/// Inverts a symmetric positive definite matrix in its place by the sweep operator, block by block (J. Goodnight, A Tutorial on the
/// SWEEP Operator, The American Statistician 1979): as many operations as the cube of its rows, nearly all in products.
/// </summary>
internal static class SymmetricInverse
{
    private const int Block = 256;
    private const int Corner = 64;

    /// <summary>Inverts it.</summary>
    /// <param name="matrix">Only what is on and below the diagonal is read.</param>
    /// <param name="work">On how many threads, and until when; ended early, the matrix is nothing.</param>
    internal static void Of(Matrix matrix, ParallelOptions work)
    {
        var column = new Matrix(matrix.Rows, Math.Min(Block, matrix.Rows));
        var swept = new Matrix(matrix.Rows, column.Columns);
        for (var at = 0; at < matrix.Rows; at += Block)
            Sweep(matrix, at, column.ColumnsTo(Math.Min(Block, matrix.Rows - at)), swept.ColumnsTo(Math.Min(Block, matrix.Rows - at)), work);
        // All swept, it is the inverse with the other sign.
        TensorPrimitives.Negate(matrix.Numbers, matrix.Numbers);
        Mirror(matrix, work);
    }

    private static void Sweep(Matrix matrix, int at, Matrix column, Matrix swept, ParallelOptions work)
    {
        var end = at + column.Columns;
        for (var i = 0; i < matrix.Rows; i++)
        {
            var row = column.Row(i);
            row.Clear();
            if (i >= end)
                matrix.Row(i)[at..end].CopyTo(row);
            for (var j = 0; i < at && j < row.Length; j++)
                row[j] = matrix[at + j, i];
            swept.Row(i).Clear();
        }

        var pivot = InverseOfBlock(matrix, at, column.Columns);
        MatrixProduct.Add(1, column, pivot, swept, work);
        MatrixProduct.Add(-1, swept, column.Transposed, matrix, work, lower: true);
        for (var i = 0; i < matrix.Rows; i++)
        {
            if (i >= end)
                swept.Row(i).CopyTo(matrix.Row(i)[at..end]);
            for (var j = 0; i < at && j < column.Columns; j++)
                matrix[at + j, i] = swept[i, j];
        }

        for (var i = 0; i < pivot.Rows; i++)
            TensorPrimitives.Negate(pivot.Row(i), matrix.Row(at + i)[at..end]);
    }

    // With double precision: the errors of these few are in everything that follows.
    private static Matrix InverseOfBlock(Matrix matrix, int at, int size)
    {
        var block = new double[size][];
        for (var i = 0; i < size; i++)
        {
            block[i] = new double[size];
            for (var j = 0; j < size; j++)
                block[i][j] = matrix[at + Math.Max(i, j), at + Math.Min(i, j)];
        }

        for (var k = 0; k < size; k++)
        {
            var pivot = 1 / block[k][k];
            block[k][k] = 1;
            TensorPrimitives.Multiply(block[k], pivot, block[k]);
            for (var i = 0; i < size; i++)
            {
                if (i == k)
                    continue;
                var factor = block[i][k];
                block[i][k] = 0;
                TensorPrimitives.MultiplyAdd(block[k], -factor, block[i], block[i]);
            }
        }

        var inverse = new Matrix(size, size);
        for (var i = 0; i < size; i++)
            TensorPrimitives.ConvertTruncating<double, float>(block[i], inverse.Row(i));
        return inverse;
    }

    private static void Mirror(Matrix matrix, ParallelOptions work) =>
        Parallel.For(0, (matrix.Rows + Corner - 1) / Corner, work, rows =>
        {
            for (var columns = 0; columns <= rows; columns++)
            {
                for (var i = rows * Corner; i < Math.Min(matrix.Rows, (rows + 1) * Corner); i++)
                {
                    for (var j = columns * Corner; j < Math.Min(i, (columns + 1) * Corner); j++)
                        matrix[j, i] = matrix[i, j];
                }
            }
        });
}
