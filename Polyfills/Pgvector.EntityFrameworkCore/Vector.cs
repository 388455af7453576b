using System.Globalization;

namespace Pgvector;

/// <summary>A value of the PostgreSQL type <c>vector</c>: 1 to 16,000 single-precision numbers.</summary>
/// <remarks>
/// The limits (dimensions, no NaN, no infinity) are the server's: it answers a value outside them with an error.
/// Two vectors are equal when they have the same numbers in the same order.
/// </remarks>
public class Vector : IEquatable<Vector>
{
    /// <summary>Makes a vector over <paramref name="v"/> without copying it.</summary>
    /// <param name="v">The numbers. Do not change them afterwards: equality and change tracking read them again.</param>
    public Vector(ReadOnlyMemory<float> v) => Memory = v;

    /// <summary>Makes a vector from PostgreSQL's text form.</summary>
    /// <param name="s">The numbers, separated by commas, in square brackets: <c>[1,2.5,-3]</c>.</param>
    /// <exception cref="FormatException"><paramref name="s"/> is not of that form.</exception>
    public Vector(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        if (s.Length < 2 || s[0] != '[' || s[^1] != ']')
            throw new FormatException("A vector is written as numbers in square brackets: [1,2.5,-3].");

        Memory = Array.ConvertAll(s[1..^1].Split(','), number => float.Parse(number, CultureInfo.InvariantCulture));
    }

    /// <summary>The numbers.</summary>
    public ReadOnlyMemory<float> Memory { get; }

    /// <summary>A copy of the numbers.</summary>
    public float[] ToArray() => Memory.ToArray();

    /// <summary>PostgreSQL's text form, such as <c>[1,2.5,-3]</c>; reading it gives an equal vector.</summary>
    public override string ToString()
        => $"[{string.Join(',', ToArray().Select(number => number.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>Whether <paramref name="other"/> has the same numbers in the same order.</summary>
    public bool Equals(Vector? other) => other is not null && Memory.Span.SequenceEqual(other.Memory.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Vector other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var number in Memory.Span)
            hash.Add(number);

        return hash.ToHashCode();
    }

    /// <summary>Whether both are null or hold the same numbers.</summary>
    public static bool operator ==(Vector? x, Vector? y) => x is null ? y is null : x.Equals(y);

    /// <summary>Whether only one is null or the numbers differ.</summary>
    public static bool operator !=(Vector? x, Vector? y) => !(x == y);
}
