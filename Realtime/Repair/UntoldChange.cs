using Platform.CacheMap;
using Platform.Caching;
using Platform.ChangeStream;

namespace Platform.Realtime.Repair;

/// <summary>What a transaction, or a part of one, makes unread in the cache, until all nodes have been told of it.</summary>
internal sealed class UntoldChange
{
    private readonly uint _xid;
    private readonly bool _isBarrier;
    private readonly CacheChanges _names = new(int.MaxValue);
    private SeenCommits? _since;

    /// <param name="batch">What was committed.</param>
    /// <param name="changes">Those of it that something cached may show.</param>
    /// <param name="takenAt">When it came, as a timestamp.</param>
    internal UntoldChange(ChangeBatch batch, IReadOnlyList<Change> changes, long takenAt)
    {
        (_xid, Session, Number, Lsn, TakenAt, _isBarrier) = (batch.Xid, batch.Session, batch.Number, (ulong)batch.EndLsn, takenAt, batch.Gap is not null);
        Name(changes);
    }

    private UntoldChange(ChangeStreamSession session, long takenAt) => (Session, TakenAt, _isBarrier) = (session, takenAt, true);

    internal ChangeStreamSession Session { get; }

    /// <summary>The number of the batch; 0 for none.</summary>
    internal long Number { get; }

    /// <summary>Where its transaction ends; 0 when that is in another batch.</summary>
    internal ulong Lsn { get; }

    internal long TakenAt { get; }

    /// <summary>When it was told by this node, as a timestamp; 0 when it was not.</summary>
    internal long RepairedAt { get; set; }

    /// <summary>All that may have been committed and not told before the session's first batch.</summary>
    internal static UntoldChange Everything(ChangeStreamSession session, long takenAt) => new(session, takenAt);

    /// <summary>Whether nodes were told, by whomever, after readers saw it.</summary>
    internal bool IsTold(ToldInvalidations told)
    {
        if (_isBarrier)
            return _since is not null && told.Everything is { } all && all.Oldest >= _since.Next;
        return _names.IsEverything
            ? told.Everything?.Include(_xid) == true
            : _names.Keys.All(key => told.Include(key, _xid)) && _names.Tags.All(tag => told.Include(tag, _xid));
    }

    /// <summary>Whether somebody who looked then saw it; false also when nobody can tell.</summary>
    internal bool IsIn(SeenCommits? seen) => !_isBarrier && seen?.Include(_xid) == true;

    /// <summary>Adds what has to be told, when that can be told now: what is told before readers see it, they read again as it was.</summary>
    /// <param name="repair">Gets it.</param>
    /// <param name="told">What has been.</param>
    /// <param name="seen">What readers see.</param>
    /// <returns>Whether it can be.</returns>
    internal bool AddTo(CacheChanges repair, ToldInvalidations told, SeenCommits seen)
    {
        if (_isBarrier)
        {
            // Which transactions it is about nobody knows. Told at once, and again when all that had not ended by now have.
            var isFirst = _since is null;
            _since ??= seen;
            if (!isFirst && seen.Oldest < _since.Next)
                return false;
            repair.AddEverything();
            return true;
        }

        if (!seen.Include(_xid))
            return false;
        if (_names.IsEverything)
            repair.AddEverything();
        foreach (var key in _names.Keys.Where(key => !told.Include(key, _xid)))
            repair.Add(key);
        foreach (var tag in _names.Tags.Where(tag => !told.Include(tag, _xid)))
            repair.Add(tag);
        return true;
    }

    private void Name(IReadOnlyList<Change> changes)
    {
        foreach (var change in changes)
        {
            var table = change.Table.FullName;
            if (change.Operation == ChangeOperation.Truncate && CacheMapping.IsCached(table))
                _names.AddEverything();
            foreach (var row in new[] { change.Before, change.After })
            {
                // Of a column that was not sent nothing is known.
                if (row is not null)
                    _names.AddRow(table, column => change.Table.IndexOf(column) >= 0 ? row[column].Text : null);
            }
        }
    }
}
