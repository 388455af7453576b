namespace Platform.Analytics.Recommendations.Training;

/// <summary>Numbers of an array, seen as rows and columns; transposed, they are the same numbers.</summary>
/// <param name="Numbers">Where they are.</param>
/// <param name="Offset">Where the first is.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="RowStride">From a row to the next.</param>
/// <param name="ColumnStride">From a column to the next.</param>
internal readonly record struct Matrix(float[] Numbers, int Offset, int Rows, int Columns, int RowStride, int ColumnStride)
{
    /// <summary>Zeros.</summary>
    internal Matrix(int rows, int columns)
        : this(new float[checked(rows * columns)], 0, rows, columns, columns, 1)
    {
    }

    internal Matrix Transposed => new(Numbers, Offset, Columns, Rows, ColumnStride, RowStride);

    internal ref float this[int row, int column] => ref Numbers[Offset + (row * RowStride) + (column * ColumnStride)];

    /// <summary>A row; not of one that is transposed.</summary>
    internal Span<float> Row(int row) => Numbers.AsSpan(Offset + (row * RowStride), Columns);

    /// <summary>Some columns of it.</summary>
    internal Matrix ColumnsTo(int count) => this with { Columns = count };
}
