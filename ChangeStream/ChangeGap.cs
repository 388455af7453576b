using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>Changes that can no longer be had: the slot was lost, and with it the WAL it kept.</summary>
/// <param name="From">The first that is missing comes after it.</param>
/// <param name="To">The stream goes on here.</param>
/// <param name="Tables">Those whose changes are missing, as <c>schema.name</c>.</param>
/// <param name="Reason">Why, in a sentence for whoever operates it.</param>
public sealed record ChangeGap(NpgsqlLogSequenceNumber From, NpgsqlLogSequenceNumber To, IReadOnlyList<string> Tables, string Reason);
