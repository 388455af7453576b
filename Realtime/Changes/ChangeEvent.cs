using System.Diagnostics;

namespace Platform.Realtime.Changes;

/// <summary>A change as it goes to clients: what happened, and to whom it is told.</summary>
/// <param name="Id">Its place among all changes; the same whenever it is delivered again.</param>
/// <param name="Topics">Who subscribes to one of these is told; those that begin with <c>!</c> are for the nodes themselves.</param>
/// <param name="Operation"><c>insert</c>, <c>update</c>, <c>delete</c> or <c>message</c>.</param>
/// <param name="At">When it was committed, by the database's clock.</param>
/// <param name="Data">What may be told of the row, a JSON object in UTF-8.</param>
/// <param name="Trace">The span to which belongs that it is told, if any.</param>
internal sealed record ChangeEvent(ChangePosition Id, string[] Topics, string Operation, DateTimeOffset At, ReadOnlyMemory<byte> Data, ActivityContext Trace = default);
