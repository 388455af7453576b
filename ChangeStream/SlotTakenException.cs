namespace Platform.ChangeStream;

/// <summary>Another reader has taken the slot since: what this one was about to note is the other's to say.</summary>
public sealed class SlotTakenException : Exception
{
    /// <summary>With the usual message.</summary>
    public SlotTakenException()
        : base("Another reader has taken the slot.")
    {
    }

    /// <inheritdoc cref="SlotTakenException()" />
    public SlotTakenException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="SlotTakenException()" />
    public SlotTakenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
