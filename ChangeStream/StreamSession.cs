using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using NpgsqlTypes;

namespace Platform.ChangeStream;

/// <summary>One connection's reading of a slot, from the last confirmed position until the connection ends.</summary>
/// <remarks>
/// The server assembles transactions and sends them whole, in the order of their commits; those too large for its memory
/// it keeps on disk meanwhile. So nothing has to be kept here but the batch that is being filled.
/// </remarks>
internal sealed partial class StreamSession(ChangeStreamOptions options, PublishedTable[] tables, StreamStore store, Positions positions, ChangeStreamTelemetry telemetry) : IAsyncDisposable
{
    // Characters of values: a batch of long rows is delivered before it has its full number.
    private const long MostBatchLength = 4 << 20;

    private readonly LogicalReplicationConnection _replication = new(StreamStore.Session(options, $"-c wal_sender_timeout={(long)options.SenderTimeout.TotalMilliseconds}"))
    {
        // Thrice within the time after which the server gives up on us; by a timer, however long the consumer takes.
        WalReceiverStatusInterval = options.SenderTimeout / 3,
        // The server has something to say at least every half of it.
        WalReceiverTimeout = options.SenderTimeout * 2,
    };

    private string _history = "";
    private RowDecoder _rows = null!;
    private Dictionary<string, (bool IsComplete, string[]? AfterKey)> _snapshots = null!;
    private TableSnapshot? _snapshot;
    private List<Change> _changes = [];
    private List<ChangeMessage> _messages = [];
    private ActivityContext _trace;
    private long _sequence;

    /// <summary>Null until it has the slot.</summary>
    internal ChangeStreamSession? Taken { get; private set; }

    /// <summary>The epoch of this session; 0 until it has the slot.</summary>
    internal long Epoch => Taken?.Epoch ?? 0;

    /// <summary>Set, it ends after the transaction that is being read.</summary>
    internal bool EndsSoon { get; set; }

    /// <summary>Whether these are the tables that it reads.</summary>
    internal bool Reads(PublishedTable[] now) => tables.Select(table => table.FullName).SequenceEqual(now.Select(table => table.FullName));

    /// <summary>Tells the server what it may forget. It is sent with the next status, within a third of its patience.</summary>
    internal void Confirm()
    {
        var flushed = positions.Flushed;
        if (Epoch != 0 && flushed > _replication.LastFlushedLsn)
            _replication.SetReplicationStatus(flushed);
    }

    /// <summary>Connects; positions are of the history that the server has now.</summary>
    internal async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _replication.Open(cancellationToken).ConfigureAwait(false);
        var server = await _replication.IdentifySystem(cancellationToken).ConfigureAwait(false);
        var history = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{server.SystemId}/{server.Timeline}")));
        _history = Convert.ToHexStringLower(history.AsSpan(0, 4));
        positions.Begin(_history, server.XLogPos);
    }

    /// <param name="startsAt">How far its consumer has confirmed.</param>
    /// <param name="taken">Called once the slot is this session's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async IAsyncEnumerable<ChangeBatch> ReadAsync(NpgsqlLogSequenceNumber startsAt, Action taken, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _rows = new RowDecoder(await store.TypesAsync(cancellationToken).ConfigureAwait(false));
        // So that there is something to receive: only that shows that the slot is ours.
        await store.BeatAsync(cancellationToken).ConfigureAwait(false);
        var stream = _replication.StartReplication(new PgOutputReplicationSlot(options.Slot),
            new PgOutputReplicationOptions(options.Publication, PgOutputProtocolVersion.V2, binary: false, PgOutputStreamingMode.Off, messages: true), cancellationToken, startsAt);

        (uint Xid, NpgsqlLogSequenceNumber Lsn, DateTimeOffset Time) commit = default;
        var isFirst = true;
        await foreach (var message in stream.ConfigureAwait(false))
        {
            if (Epoch == 0)
            {
                await TakeAsync(startsAt, cancellationToken).ConfigureAwait(false);
                taken();
                if (await GapAsync(startsAt, cancellationToken).ConfigureAwait(false) is { } gap)
                    yield return gap;
            }

            switch (message)
            {
                case BeginMessage begin:
                    commit = (begin.TransactionXid, begin.TransactionFinalLsn, new DateTimeOffset(DateTime.SpecifyKind(begin.TransactionCommitTimestamp, DateTimeKind.Utc)));
                    isFirst = true;
                    (_sequence, _trace) = (0, default);
                    if (_snapshot is not null && commit.Lsn >= _snapshot.Lsn)
                    {
                        await foreach (var batch in SnapshotAsync(cancellationToken).ConfigureAwait(false))
                            yield return batch;
                    }

                    break;
                case RelationMessage relation:
                    _rows.Add(relation);
                    break;
                case TypeMessage type:
                    _rows.Add(type);
                    break;
                case CommitMessage end:
                    if (options.EmptyBatches || _changes.Count + _messages.Count > 0)
                        yield return Batch(end.TransactionEndLsn, isLast: true);
                    positions.See(end.TransactionEndLsn);
                    telemetry.Transaction();
                    Confirm();
                    if (EndsSoon)
                        yield break;
                    break;
                default:
                    // Before the next is added, so that the last batch is never empty.
                    if (_changes.Count + _messages.Count >= options.MaxBatchSize || _rows.Length > MostBatchLength)
                    {
                        yield return Batch(default, isLast: false);
                        isFirst = false;
                    }

                    await AddAsync(message, commit.Lsn, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }

        ChangeBatch Batch(NpgsqlLogSequenceNumber endLsn, bool isLast)
        {
            var batch = new ChangeBatch
            {
                Number = positions.Deliver(endLsn, commit.Time), Session = Taken!, Xid = commit.Xid, CommitLsn = commit.Lsn, EndLsn = endLsn, CommitTime = commit.Time,
                Trace = TraceContext.Received(_trace, options.Slot, commit.Time, (ulong)commit.Lsn, _changes.Count),
                Changes = _changes, Messages = _messages, IsFirst = isFirst, IsLast = isLast,
            };
            if (_changes.Count + _messages.Count > 0)
                telemetry.Batch(_changes.Count);
            (_changes, _messages, _rows.Length) = ([], [], 0);
            return batch;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_snapshot is not null)
            await _snapshot.DisposeAsync().ConfigureAwait(false);
        await _replication.DisposeAsync().ConfigureAwait(false);
    }

    // The slot is ours: the server sends. What another reader notes from now on is refused.
    private async Task TakeAsync(NpgsqlLogSequenceNumber startsAt, CancellationToken cancellationToken)
    {
        var (epoch, serverLsn) = await store.NextEpochAsync(cancellationToken).ConfigureAwait(false);
        Taken = new ChangeStreamSession(epoch, _history, startsAt, serverLsn);
        if (!options.Snapshot)
            return;

        _snapshots = await store.SnapshotsAsync(cancellationToken).ConfigureAwait(false);
        if (tables.All(table => _snapshots.TryGetValue(table.FullName, out var snapshot) && snapshot.IsComplete))
            return;
        _snapshot = await TableSnapshot.TakeAsync(options, cancellationToken).ConfigureAwait(false);
        // So that the stream gets there.
        await store.BeatAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<ChangeBatch?> GapAsync(NpgsqlLogSequenceNumber startsAt, CancellationToken cancellationToken)
    {
        if (await store.GapAsync(cancellationToken).ConfigureAwait(false) is not var (from, reason))
            return null;
        telemetry.Gap();
        var (epoch, at) = (Epoch, DateTimeOffset.MinValue);
        return new ChangeBatch
        {
            Number = positions.Deliver(default, at, token => store.ForgetGapAsync(epoch, token)), Session = Taken!, CommitLsn = startsAt,
            Gap = new ChangeGap(from, startsAt, [.. tables.Select(table => table.FullName)], reason),
        };
    }

    private async ValueTask AddAsync(PgOutputReplicationMessage message, NpgsqlLogSequenceNumber commitLsn, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case InsertMessage insert:
                var inserted = _rows.Table(insert.Relation);
                Add(commitLsn, inserted, ChangeOperation.Insert, null, await _rows.ReadAsync(insert.NewRow, inserted, null).ConfigureAwait(false));
                break;
            case UpdateMessage update:
                var updated = _rows.Table(update.Relation);
                var before = update switch
                {
                    FullUpdateMessage full => await _rows.ReadAsync(full.OldRow, updated, null).ConfigureAwait(false),
                    IndexUpdateMessage index => await _rows.ReadKeyAsync(index.Key, updated).ConfigureAwait(false),
                    _ => null,
                };
                // Only the whole row as it was has what the new one leaves out.
                var known = update is FullUpdateMessage ? before : null;
                Add(commitLsn, updated, ChangeOperation.Update, before, await _rows.ReadAsync(update.NewRow, updated, known).ConfigureAwait(false));
                break;
            case DeleteMessage delete:
                var deleted = _rows.Table(delete.Relation);
                var gone = delete is FullDeleteMessage whole
                    ? await _rows.ReadAsync(whole.OldRow, deleted, null).ConfigureAwait(false)
                    : await _rows.ReadKeyAsync(((KeyDeleteMessage)delete).Key, deleted).ConfigureAwait(false);
                Add(commitLsn, deleted, ChangeOperation.Delete, gone, null);
                break;
            case TruncateMessage truncate:
                foreach (var relation in truncate.Relations)
                    Add(commitLsn, _rows.Table(relation), ChangeOperation.Truncate, null, null);
                break;
            // One that is not transactional may be of a transaction that never is; nobody is told what did not happen.
            case LogicalDecodingMessage { Flags: 1 } said when said.Prefix != ChangeStreamOptions.HeartbeatPrefix:
                using (var content = new MemoryStream())
                {
                    await said.Data.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                    // Each statement says it; that of the first is as good as any.
                    if (said.Prefix == TraceContext.Prefix)
                    {
                        _trace = _trace == default ? TraceContext.Read(content.ToArray()) : _trace;
                        break;
                    }

                    _messages.Add(new ChangeMessage(new EventId(commitLsn, ++_sequence), said.Prefix, content.ToArray()));
                    _rows.Length += content.Length;
                }

                break;
        }
    }

    private void Add(NpgsqlLogSequenceNumber commitLsn, ChangeTable table, ChangeOperation operation, ChangeRow? before, ChangeRow? after)
    {
        var id = new EventId(commitLsn, ++_sequence);
        // The snapshot, which is yet to come, has it.
        if (_snapshot is not null && commitLsn < _snapshot.Lsn && (!_snapshots.TryGetValue(table.FullName, out var begun) || begun is { IsComplete: false, AfterKey: null }))
            return;
        _changes.Add(new Change(id, table, operation, before, after));
    }
}
