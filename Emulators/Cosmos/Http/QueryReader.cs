using Platform.Emulators.Cosmos.Queries;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>
/// The rows of a query from a position on. A query whose items give their rows one by one goes on after an item; any other is
/// run again, and the rows that were answered are passed over.
/// </summary>
internal sealed class QueryReader(ParsedQuery query, ContainerState state, QueryPosition from)
{
    private long _previous = from.Lsn;
    private long _current = from.Lsn;
    private long _rowsOfCurrent;

    /// <summary>How many items it has looked at.</summary>
    internal long Read { get; private set; }

    /// <summary>Where the row begins that came last.</summary>
    internal QueryPosition Before { get; private set; }

    internal IEnumerable<Value> Rows()
    {
        var isScan = query.Query.IsScan;
        var number = 0L;
        foreach (var row in query.Rows(Items(isScan ? from.Lsn : 0)))
        {
            var at = isScan ? new QueryPosition(_previous, _rowsOfCurrent++) : new QueryPosition(0, number);
            number++;
            var wasAnswered = at.Lsn == from.Lsn && at.Skip < from.Skip;
            Before = at;
            if (!wasAnswered)
                yield return row;
        }
    }

    private IEnumerable<(byte[] Json, float[]?[]? Vectors)> Items(long after)
    {
        foreach (var item in state.Items(after))
        {
            Read++;
            (_previous, _current, _rowsOfCurrent) = (_current, item.Lsn, 0);
            yield return (item.Json, item.Vectors);
        }
    }
}
