namespace Platform.ChangeStream;

/// <summary>What happened to a row.</summary>
public enum ChangeOperation
{
    /// <summary>It was there when the snapshot was taken.</summary>
    Read,

    /// <summary>It was added.</summary>
    Insert,

    /// <summary>It was changed.</summary>
    Update,

    /// <summary>It was removed.</summary>
    Delete,

    /// <summary>All rows of the table were removed at once; there is no row.</summary>
    Truncate,
}
