namespace Platform.Caching.Memory;

/// <summary>How much memory a value takes, with everything that it alone keeps alive.</summary>
/// <remarks>
/// Sizes are the runtime's own: the size of a type is what one instance of it was seen to allocate. References are followed
/// through private fields, so that the spare room in a list or the table of a dictionary counts too. What lives on anyway
/// (types, cultures, comparers) does not count; what another value shares counts for both.
/// </remarks>
internal static class ObjectSize
{
    /// <summary>The answer for a graph of too many objects, or of types that cannot be measured: more than any memory.</summary>
    public const long Unmeasured = long.MaxValue;

    /// <param name="value">The root of the graph. Nobody should change it meanwhile; if somebody does, the answer is vague.</param>
    /// <param name="enough">The walk ends, with an answer above this, as soon as it knows that the size is above it.</param>
    public static long Measure(object? value, long enough = Unmeasured - 1)
    {
        if (value is null)
            return 0;

        // The most frequent values, strings and bytes, refer to nothing: no walk.
        var shape = ObjectShape.Of(value.GetType());
        return shape.AddReferences is null ? shape.BytesOf(value) : ObjectWalk.Measure(value, enough);
    }
}
