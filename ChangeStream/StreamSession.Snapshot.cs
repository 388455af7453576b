using System.Runtime.CompilerServices;

namespace Platform.ChangeStream;

// The rows that are there already, delivered between two transactions.
internal sealed partial class StreamSession
{
    private async IAsyncEnumerable<ChangeBatch> SnapshotAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sequence = 0L;
        foreach (var table in tables)
        {
            var (isComplete, afterKey) = _snapshots.GetValueOrDefault(table.FullName);
            if (isComplete)
                continue;

            var isFirst = afterKey is null;
            List<Change> rows = [];
            var length = 0L;
            await foreach (var row in _snapshot!.ReadAsync(table, afterKey, cancellationToken).ConfigureAwait(false))
            {
                if (rows.Count >= options.MaxBatchSize || length > MostBatchLength)
                {
                    yield return Batch(isLast: false);
                    (rows, length, isFirst) = ([], 0, false);
                }

                rows.Add(new Change(new EventId(_snapshot.Lsn, ++sequence, IsRead: true), row.Table, ChangeOperation.Read, null, row));
                length += row.Values.Sum(value => value.Text?.Length ?? 0);
            }

            // An empty table has an empty one: that there is nothing is a thing to know.
            yield return Batch(isLast: true);

            ChangeBatch Batch(bool isLast)
            {
                var (epoch, count) = (Epoch, rows.Count);
                var lastKey = count > 0 && table.Key.Length > 0 ? table.Key.Select(column => rows[^1][column].Text!).ToArray() : null;
                telemetry.Snapshot(count);
                return new ChangeBatch
                {
                    Number = positions.Deliver(default, DateTimeOffset.MinValue, token => store.NoteSnapshotAsync(epoch, table.FullName, lastKey, count, isLast, token)),
                    Session = Taken!, CommitLsn = _snapshot.Lsn, CommitTime = _snapshot.TakenAt, Changes = rows, SnapshotOf = table.FullName, IsFirst = isFirst, IsLast = isLast,
                };
            }
        }

        await _snapshot!.DisposeAsync().ConfigureAwait(false);
        _snapshot = null;
    }
}
