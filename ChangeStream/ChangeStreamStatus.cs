namespace Platform.ChangeStream;

/// <summary>How a reader stands, as of its last look at the server.</summary>
/// <param name="IsActive">Whether it has the slot; otherwise another has, or the server is away.</param>
/// <param name="Slot">The slot; null while the server did not say.</param>
/// <param name="Lag">For how long what the consumer has not confirmed is committed; zero when it has all.</param>
/// <param name="Failure">Why it does not read; null while it does, or waits for another reader to end.</param>
public sealed record ChangeStreamStatus(bool IsActive, SlotState? Slot, TimeSpan Lag, string? Failure)
{
    internal static ChangeStreamStatus None { get; } = new(false, null, TimeSpan.Zero, null);
}
