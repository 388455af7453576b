using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Pgvector.EntityFrameworkCore;

/// <summary>Distances between two vectors, for LINQ queries: they exist only in SQL.</summary>
/// <remarks>
/// Each is null in SQL when an operand is, and an error of the server when the dimensions differ. Order by one of them,
/// ascending and with a <c>Take</c>, and an HNSW or IVFFlat index made with the same operator class answers the query.
/// </remarks>
public static class VectorDbFunctionsExtensions
{
    /// <summary>The Euclidean distance, <c>a &lt;-&gt; b</c> (<c>vector_l2_ops</c>).</summary>
    /// <exception cref="InvalidOperationException">Called outside a query.</exception>
    public static double L2Distance(this object a, object b) => throw OnClient(nameof(L2Distance));

    /// <summary>The inner product times -1, <c>a &lt;#&gt; b</c> (<c>vector_ip_ops</c>): smaller is more alike.</summary>
    /// <exception cref="InvalidOperationException">Called outside a query.</exception>
    public static double MaxInnerProduct(this object a, object b) => throw OnClient(nameof(MaxInnerProduct));

    /// <summary>
    /// 1 minus the cosine similarity, 0 (same direction) to 2, <c>a &lt;=&gt; b</c> (<c>vector_cosine_ops</c>);
    /// NaN when one is all zeros.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called outside a query.</exception>
    public static double CosineDistance(this object a, object b) => throw OnClient(nameof(CosineDistance));

    /// <summary>The sum of absolute differences, <c>a &lt;+&gt; b</c> (<c>vector_l1_ops</c>).</summary>
    /// <exception cref="InvalidOperationException">Called outside a query.</exception>
    public static double L1Distance(this object a, object b) => throw OnClient(nameof(L1Distance));

    private static InvalidOperationException OnClient(string function) => new(CoreStrings.FunctionOnClient(function));
}
