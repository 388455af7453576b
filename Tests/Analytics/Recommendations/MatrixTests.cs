using Platform.Analytics.Recommendations.Training;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Fast, and the same as slow.</summary>
public sealed class MatrixTests
{
    private static readonly ParallelOptions Work = new() { MaxDegreeOfParallelism = 2 };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(9, 300, 33)]
    [InlineData(130, 7, 2100)]
    [InlineData(64, 256, 32)]
    public void A_product_is_what_its_definition_says(int rows, int depth, int columns)
    {
        var left = Any(depth, rows, 1).Transposed;
        var right = Any(columns, depth, 2).Transposed;
        var sum = Any(rows, columns, 3);
        var expected = new Matrix(rows, columns);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                expected[i, j] = sum[i, j] - (float)(2 * Enumerable.Range(0, depth).Sum(k => (double)left[i, k] * right[k, j]));
        }

        MatrixProduct.Add(-2, left, right, sum, Work);

        Assert.All(sum.Numbers.Zip(expected.Numbers), one => Assert.Equal(one.Second, one.First, 1e-3f));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(700)]
    public void An_inverse_times_the_matrix_is_one(int size)
    {
        var some = Any(size + 20, size, 4);
        var matrix = new Matrix(size, size);
        MatrixProduct.Add(1, some.Transposed, some, matrix, Work);
        for (var i = 0; i < size; i++)
            matrix[i, i] += 1;
        var inverse = matrix with { Numbers = [.. matrix.Numbers] };

        SymmetricInverse.Of(inverse, Work);

        var one = new Matrix(size, size);
        MatrixProduct.Add(1, matrix, inverse, one, Work);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
                Assert.Equal(i == j ? 1 : 0, one[i, j], 1e-3f);
        }
    }

    [Fact]
    public void The_greatest_come_first_and_of_equal_ones_the_earlier() =>
        Assert.Equal([3, 1, 4], Best.Of([1, 5, float.NegativeInfinity, 7, 5, 5], 3));

    private static Matrix Any(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new Matrix(rows, columns);
        foreach (ref var one in matrix.Numbers.AsSpan())
            one = random.NextSingle() - 0.5f;
        return matrix;
    }
}
