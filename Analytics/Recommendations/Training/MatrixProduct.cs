using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>
/// Products of matrices, near to what the processor can do: blocks that stay in its caches, repacked so that they are read in
/// order, and sixteen vectors of sums that stay in its registers (K. Goto, R. van de Geijn, Anatomy of High-Performance Matrix
/// Multiplication, ACM TOMS 2008). The sums are made in the same order however many threads there are.
/// </summary>
internal static class MatrixProduct
{
    // Of the tile that is in registers.
    private const int TileRows = 8;
    private const int TileColumns = 32;

    // Of what is packed: a tile's part of both is in the first cache, all of one in the second.
    private const int Depth = 256;
    private const int BlockRows = 64;
    private const int BlockColumns = 2048;

    /// <summary>Adds a product to what is in a matrix.</summary>
    /// <param name="factor">Times this.</param>
    /// <param name="left">The left matrix, of as many columns as the right one has rows.</param>
    /// <param name="right">The right matrix.</param>
    /// <param name="sum">What it is added to; not transposed.</param>
    /// <param name="work">On how many threads, and until when.</param>
    /// <param name="lower">Whether only what is on or below the diagonal is of interest; the rest may be anything.</param>
    internal static void Add(float factor, Matrix left, Matrix right, Matrix sum, ParallelOptions work, bool lower = false)
    {
        var packedRight = new float[Depth * BlockColumns];
        for (var k = 0; k < left.Columns; k += Depth)
        {
            for (var column = 0; column < sum.Columns; column += BlockColumns)
            {
                var block = new Block(k, Math.Min(Depth, left.Columns - k), column, Math.Min(BlockColumns, sum.Columns - column), lower);
                Parallel.For(0, (block.Columns + TileColumns - 1) / TileColumns, work, tile => PackRight(right, block, tile * TileColumns, packedRight));
                Parallel.For(lower ? column / BlockRows : 0, (sum.Rows + BlockRows - 1) / BlockRows, work, () => new float[BlockRows * Depth], (rows, _, packedLeft) =>
                {
                    AddBlock(factor, left, packedLeft, packedRight, sum, rows * BlockRows, block);
                    return packedLeft;
                }, _ => { });
            }
        }
    }

    private readonly record struct Block(int K, int Depth, int Column, int Columns, bool Lower);

    private static void AddBlock(float factor, Matrix left, float[] packedLeft, float[] packedRight, Matrix sum, int row, Block block)
    {
        var rows = Math.Min(BlockRows, sum.Rows - row);
        for (var i = 0; i < rows; i += TileRows)
            PackLeft(factor, left, row + i, Math.Min(TileRows, rows - i), block, packedLeft.AsSpan(i * block.Depth));
        for (var j = 0; j < block.Columns && !(block.Lower && block.Column + j > row + rows - 1); j += TileColumns)
        {
            for (var i = 0; i < rows; i += TileRows)
                AddTile(block.Depth, ref packedLeft[i * block.Depth], ref packedRight[j * block.Depth], sum, row + i, block.Column + j);
        }
    }

    // In the order in which a tile reads it: the rows of a column beside each other, zeros where there are none.
    private static void PackLeft(float factor, Matrix left, int row, int rows, Block block, Span<float> packed)
    {
        packed[..(TileRows * block.Depth)].Clear();
        for (var i = 0; i < rows; i++)
        {
            var at = left.Offset + ((row + i) * left.RowStride) + (block.K * left.ColumnStride);
            for (var k = 0; k < block.Depth; k++, at += left.ColumnStride)
                packed[(k * TileRows) + i] = factor * left.Numbers[at];
        }
    }

    private static void PackRight(Matrix right, Block block, int column, float[] all)
    {
        var packed = all.AsSpan(column * block.Depth, TileColumns * block.Depth);
        packed.Clear();
        var columns = Math.Min(TileColumns, block.Columns - column);
        for (var k = 0; k < block.Depth; k++)
        {
            var at = right.Offset + ((block.K + k) * right.RowStride) + ((block.Column + column) * right.ColumnStride);
            if (right.ColumnStride == 1)
                right.Numbers.AsSpan(at, columns).CopyTo(packed[(k * TileColumns)..]);
            for (var j = 0; right.ColumnStride != 1 && j < columns; j++, at += right.ColumnStride)
                packed[(k * TileColumns) + j] = right.Numbers[at];
        }
    }

    // Each sum is a variable, and each addition is written out: in arrays, tuples or methods they leave the registers, at half the speed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTile(int depth, ref float left, ref float right, Matrix sum, int row, int column)
    {
        Vector512<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        Vector512<float> s40 = default, s41 = default, s50 = default, s51 = default, s60 = default, s61 = default, s70 = default, s71 = default;
        for (var k = 0; k < depth; k++)
        {
            var r0 = Vector512.LoadUnsafe(ref right);
            var r1 = Vector512.LoadUnsafe(ref right, 16);
            var l0 = Vector512.Create(left);
            s00 = Vector512.FusedMultiplyAdd(l0, r0, s00);
            s01 = Vector512.FusedMultiplyAdd(l0, r1, s01);
            var l1 = Vector512.Create(Unsafe.Add(ref left, 1));
            s10 = Vector512.FusedMultiplyAdd(l1, r0, s10);
            s11 = Vector512.FusedMultiplyAdd(l1, r1, s11);
            var l2 = Vector512.Create(Unsafe.Add(ref left, 2));
            s20 = Vector512.FusedMultiplyAdd(l2, r0, s20);
            s21 = Vector512.FusedMultiplyAdd(l2, r1, s21);
            var l3 = Vector512.Create(Unsafe.Add(ref left, 3));
            s30 = Vector512.FusedMultiplyAdd(l3, r0, s30);
            s31 = Vector512.FusedMultiplyAdd(l3, r1, s31);
            var l4 = Vector512.Create(Unsafe.Add(ref left, 4));
            s40 = Vector512.FusedMultiplyAdd(l4, r0, s40);
            s41 = Vector512.FusedMultiplyAdd(l4, r1, s41);
            var l5 = Vector512.Create(Unsafe.Add(ref left, 5));
            s50 = Vector512.FusedMultiplyAdd(l5, r0, s50);
            s51 = Vector512.FusedMultiplyAdd(l5, r1, s51);
            var l6 = Vector512.Create(Unsafe.Add(ref left, 6));
            s60 = Vector512.FusedMultiplyAdd(l6, r0, s60);
            s61 = Vector512.FusedMultiplyAdd(l6, r1, s61);
            var l7 = Vector512.Create(Unsafe.Add(ref left, 7));
            s70 = Vector512.FusedMultiplyAdd(l7, r0, s70);
            s71 = Vector512.FusedMultiplyAdd(l7, r1, s71);
            left = ref Unsafe.Add(ref left, TileRows);
            right = ref Unsafe.Add(ref right, TileColumns);
        }

        Span<Vector512<float>> tile = [s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51, s60, s61, s70, s71];
        var numbers = MemoryMarshal.Cast<Vector512<float>, float>(tile);
        for (var i = 0; i < Math.Min(TileRows, sum.Rows - row); i++)
        {
            var to = sum.Row(row + i)[column..];
            to = to[..Math.Min(TileColumns, to.Length)];
            TensorPrimitives.Add(to, numbers.Slice(i * TileColumns, to.Length), to);
        }
    }
}
