namespace Platform.Emulators.Cosmos.Queries;

/// <summary>What a value is; of two values of different kinds, ORDER BY puts the one with the smaller kind first.</summary>
internal enum ValueKind
{
    /// <summary>There is none: a property that is not there, or a comparison of what cannot be compared.</summary>
    Undefined,

    /// <summary>JSON's null.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A double.</summary>
    Number,

    /// <summary>A string.</summary>
    String,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,
}
