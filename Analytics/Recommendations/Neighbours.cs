namespace Platform.Analytics.Recommendations;

/// <summary>The strongest weights of an item-item matrix, row by row (compressed sparse rows).</summary>
/// <param name="starts">Where each row begins in the other two; one more than there are rows.</param>
/// <param name="columns">The columns of each row, ascending.</param>
/// <param name="weights">The weights of those columns.</param>
internal sealed class Neighbours(int[] starts, int[] columns, float[] weights)
{
    /// <summary>Where each row begins; one more than there are rows.</summary>
    internal ReadOnlySpan<int> Starts => starts;

    /// <summary>The columns of all rows.</summary>
    internal ReadOnlySpan<int> AllColumns => columns;

    /// <summary>The weights of <see cref="AllColumns"/>.</summary>
    internal ReadOnlySpan<float> AllWeights => weights;

    /// <summary>The columns of a row that have a weight, ascending.</summary>
    internal ReadOnlySpan<int> Columns(int row) => columns.AsSpan(starts[row]..starts[row + 1]);

    /// <summary>The weights of <see cref="Columns"/>, in their order.</summary>
    internal ReadOnlySpan<float> Weights(int row) => weights.AsSpan(starts[row]..starts[row + 1]);

    /// <summary>One weight; 0 where none is kept.</summary>
    internal float At(int row, int column)
    {
        var place = Columns(row).BinarySearch(column);
        return place < 0 ? 0 : Weights(row)[place];
    }
}
