using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Platform.ChangeStream;

/// <summary>
/// Reads what is committed in a PostgreSQL database, from its write-ahead log: every transaction once it is committed, in
/// the order of the commits, at least once (PostgreSQL manual, chapter 47). ChangeStream/README.md says what is promised.
/// </summary>
public sealed partial class ChangeStreamReader : IAsyncDisposable
{
    private readonly ChangeStreamOptions _options;
    private readonly StreamStore _store;
    private readonly SlotKeeper _keeper;
    private readonly Positions _positions = new();
    private readonly ChangeStreamTelemetry _telemetry;
    private readonly Meter? _ownMeter;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private int _isReading;
    private volatile StreamSession? _session;
    private string? _saidCause;

    /// <summary>Checks the options; connects to nothing yet.</summary>
    /// <param name="options">What to read.</param>
    /// <param name="meter">Gets the instruments; null for a meter of its own.</param>
    /// <param name="logger">Hears of takeovers, losses and gaps.</param>
    /// <param name="clock">Times the waits.</param>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is not usable; the message names it.</exception>
    public ChangeStreamReader(ChangeStreamOptions options, Meter? meter = null, ILogger<ChangeStreamReader>? logger = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_options, _logger, _clock) = (options, logger ?? NullLogger<ChangeStreamReader>.Instance, clock ?? TimeProvider.System);
        _store = new StreamStore(options);
        _keeper = new SlotKeeper(options, _store, _logger);
        _ownMeter = meter is null ? new Meter(ChangeStreamTelemetry.MeterName) : null;
        _telemetry = new ChangeStreamTelemetry(meter ?? _ownMeter!, options.Slot);
    }

    /// <summary>The slot that it reads.</summary>
    public string Slot => _options.Slot;

    /// <summary>How it stands.</summary>
    public ChangeStreamStatus Status => _telemetry.Status;

    /// <summary>
    /// Reads from the last confirmed position on, for ever. Waits while another reader has the slot, and while the server is
    /// away; reads again what was not confirmed before. One at a time.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">The server or the publication is not fit for it; the message says what to do.</exception>
    /// <exception cref="PostgresException">The role may not do it.</exception>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0)
            throw new InvalidOperationException("The stream is being read already.");
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                if (attempt > 0)
                    await Task.Delay(_options.RetryInterval, _clock, cancellationToken).ConfigureAwait(false);

                // No exception may be caught around a yield.
                await using var batches = ReadSessionAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (true)
                {
                    try
                    {
                        if (!await batches.MoveNextAsync().ConfigureAwait(false))
                            break;
                    }
                    catch (Exception e) when (IsPassing(e) && !cancellationToken.IsCancellationRequested)
                    {
                        Lost(e);
                        break;
                    }
                    catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                    {
                        _telemetry.Status = _telemetry.Status with { IsActive = false, Failure = e.Message };
                        throw;
                    }

                    yield return batches.Current;
                }
            }
        }
        finally
        {
            _isReading = 0;
        }
    }

    /// <summary>
    /// The effects of a batch, and of those before it, are durable: they need not be delivered again, and the server may
    /// forget them. Confirming one twice changes nothing.
    /// </summary>
    /// <exception cref="SlotTakenException">Another reader has taken the slot since the batch was read.</exception>
    public ValueTask ConfirmAsync(ChangeBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return ConfirmAsync(batch.Number, cancellationToken);
    }

    /// <inheritdoc cref="ConfirmAsync(ChangeBatch, CancellationToken)" />
    /// <param name="number">The number of the batch.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask ConfirmAsync(long number, CancellationToken cancellationToken = default)
    {
        await _positions.ConfirmAsync(number, cancellationToken).ConfigureAwait(false);
        _session?.Confirm();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        _ownMeter?.Dispose();
    }

    private async IAsyncEnumerable<ChangeBatch> ReadSessionAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // First: a slot made before its publication could never be read.
        var tables = await _store.TablesAsync(cancellationToken).ConfigureAwait(false);
        // Asked before the slot is tried, so that those who wait write no heartbeats.
        var slot = await _keeper.EnsureAsync(cancellationToken).ConfigureAwait(false);
        _telemetry.Status = new(false, slot, TimeSpan.Zero, null);
        if (slot.IsActive)
            yield break;

        await using var session = new StreamSession(_options, tables, _store, _positions, _telemetry);
        await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var startsAt = slot.ConfirmedLsn;
        foreach (var confirmed in new[] { await _store.ConfirmedAsync(cancellationToken).ConfigureAwait(false), _positions.Flushed })
            startsAt = confirmed > startsAt ? confirmed : startsAt;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var monitor = Task.CompletedTask;
        try
        {
            await foreach (var batch in session.ReadAsync(startsAt, Taken, cancellationToken).ConfigureAwait(false))
                yield return batch;
        }
        finally
        {
            _session = null;
            await ended.CancelAsync().ConfigureAwait(false);
            await monitor.ConfigureAwait(false);
            // What was confirmed last may not have been sent, and is not sent any more.
            if (session.Epoch != 0)
                await NoteAsync(session).ConfigureAwait(false);
        }

        void Taken()
        {
            _saidCause = null;
            _logger.SlotTaken(_options.Slot, session.Epoch);
            _session = session;
            monitor = MonitorAsync(session, ended.Token);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Then it is delivered again.")]
    private async Task NoteAsync(StreamSession session)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
        try
        {
            await _store.NoteAsync(session.Epoch, _positions.Flushed, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _logger.MonitorFailed(_options.Slot, e.Message);
        }
    }

    private void Lost(Exception e)
    {
        // Another reader was faster; there is nothing to say about it.
        if (e is PostgresException { SqlState: PostgresErrorCodes.ObjectInUse })
            return;
        var cause = e is PostgresException answer ? answer.MessageText : e.Message;
        _telemetry.Status = _telemetry.Status with { IsActive = false, Failure = cause };
        // It is tried several times a second; the same thing need not be said each time.
        if (cause != _saidCause)
            _logger.StreamLost(_options.Slot, cause);
        _saidCause = cause;
    }

    // Not what no repetition mends: the role may not, or does not exist.
    private static bool IsPassing(Exception e) => e switch
    {
        PostgresException answer => !answer.SqlState.StartsWith("28", StringComparison.Ordinal) && answer.SqlState != PostgresErrorCodes.InsufficientPrivilege,
        NpgsqlException or IOException or TimeoutException or SlotTakenException => true,
        _ => false,
    };
}
