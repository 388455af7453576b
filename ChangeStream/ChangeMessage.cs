namespace Platform.ChangeStream;

/// <summary>What a transaction said by <c>pg_logical_emit_message(true, prefix, content)</c>.</summary>
/// <param name="Id">The same whenever it is delivered again.</param>
/// <param name="Prefix">Says what kind of message it is.</param>
/// <param name="Content">As it was given.</param>
public sealed record ChangeMessage(EventId Id, string Prefix, ReadOnlyMemory<byte> Content);
