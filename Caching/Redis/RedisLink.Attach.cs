using System.Diagnostics;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace Platform.Caching.Redis;

// How a node comes to trust Redis: it knows that it hears, knows the table, has said what it had to say.
internal sealed partial class RedisLink
{
    // More messages than that while attaching, and the attempt is given up.
    private const int MostWhileAttaching = 10_000;

    private List<FenceMessage>? _heardWhileAttaching;
    private string _nonce = "";
    private long _epoch;
    private bool _epochWasEnded;
    private TaskCompletionSource _helloHeard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AttachAsync(CancellationToken cancellationToken)
    {
        // Within the budget of a request: a Redis that answers later than that is no help to one.
        await Database.PingAsync().WaitAsync(_budget, cancellationToken).ConfigureAwait(false);
        FenceMirror? mirror;
        int sockets;
        lock (_changing)
        {
            sockets = _sockets.Opened;
            if (_unusableSince != 0 && _usableSince != 0 && Stopwatch.GetElapsedTime(_unusableSince) > Outage)
            {
                (_hadOutage, _mirror) = (true, null);
            }

            mirror = _mirror;
            if (mirror is null)
            {
                (_heardWhileAttaching, _nonce) = ([], Convert.ToHexString(RandomNumberGenerator.GetBytes(8)));
                _helloHeard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        var isNew = mirror is null;
        mirror ??= await SayHelloAsync(cancellationToken).ConfigureAwait(false);
        do
        {
            await TellPendingAsync(mirror, cancellationToken).ConfigureAwait(false);
        }
        while (!TryUse(mirror, isNew, sockets));
    }

    /// <summary>Copies the table, and waits until the subscription brings the hello that was sent with the copy.</summary>
    private async Task<FenceMirror> SayHelloAsync(CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        var answer = await Database.ScriptEvaluateAsync(RedisScripts.Hello, [_names.Table, _names.Run],
            [NewEpoch(), (string)_names.Channel!, _nonce, FenceMirror.TableBytes, _hadOutage]).WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
        var offset = Offset((long)answer[2], asked);
        try
        {
            await _helloHeard.Task.WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A client that finds its two connections lost at once may subscribe to neither of the new ones, and looks
            // after that a minute later. Only what is heard proves a subscription.
            _subscribed = false;
            throw;
        }

        return new FenceMirror((long)answer[0], (long)answer[1], (byte[])answer[3]!, offset);
    }

    private async Task TellPendingAsync(FenceMirror mirror, CancellationToken cancellationToken)
    {
        (bool Everything, IReadOnlyCollection<CacheKey> Keys, IReadOnlyCollection<int> Slots) taken;
        lock (_changing)
        {
            taken = _pending.Take();
        }

        try
        {
            if (taken.Everything)
            {
                await Database.ScriptEvaluateAsync(RedisScripts.InvalidateAll, [_names.Table], [NewEpoch(), (string)_names.Channel!, FenceMirror.TableBytes, ""])
                    .WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false);
                taken = (false, [], []);
                LoseHearing();
                throw new InvalidOperationException("The table has a new epoch now.");
            }

            if (taken.Slots.Count > 0 && !await InvalidateAsync(mirror, taken.Keys, taken.Slots, seen: null).WaitAsync(AnswerLimit, cancellationToken).ConfigureAwait(false))
            {
                LoseHearing();
                throw new InvalidOperationException("The fence table is gone.");
            }
        }
        catch
        {
            lock (_changing)
            {
                if (taken.Everything)
                {
                    _pending.AddEverything();
                }
                else
                {
                    _pending.Add(taken.Keys, taken.Slots);
                }
            }

            throw;
        }
    }

    /// <returns>False when there is more to tell first.</returns>
    private bool TryUse(FenceMirror mirror, bool isNew, int sockets)
    {
        lock (_changing)
        {
            if (_sockets.Opened != sockets || (!isNew && _mirror != mirror))
            {
                throw new InvalidOperationException("The connection is another by now.");
            }

            if (_pending.Any)
            {
                return false;
            }

            if (isNew)
            {
                var heard = _heardWhileAttaching!;
                _heardWhileAttaching = null;
                foreach (var message in heard.Where(message => message.Epoch != mirror.Epoch || message.Seq > mirror.Heard))
                {
                    if (message.Epoch == mirror.Epoch && message.Seq == mirror.Heard + 1)
                    {
                        Take(mirror, message);
                    }
                    else if (message.Epoch == mirror.Epoch || message.Kind != 'h')
                    {
                        throw new InvalidOperationException("A message was missed.");
                    }
                }

                NoteMissed(mirror);
                _mirror = mirror;
                _hadOutage = false;
                _missed();
            }

            var outageSeconds = Stopwatch.GetElapsedTime(_unusableSince).TotalSeconds;
            if (_usableSince != 0)
                Log.RedisBack(_logger, outageSeconds);
            // Whatever ended the use before has been dealt with.
            _lost.Wait(0);
            _usable = mirror;
            _usableSince = Stopwatch.GetTimestamp();
            Volatile.Write(ref _unusableSince, 0);
            return true;
        }
    }

    private void NoteMissed(FenceMirror mirror)
    {
        if (_epoch != 0)
        {
            _telemetry.Error(CacheError.MissedInvalidation);
            if (_epoch != mirror.Epoch && !_epochWasEnded)
            {
                Log.FenceLost(_logger);
            }
            else if (_epoch == mirror.Epoch)
            {
                Log.InvalidationsMissed(_logger);
            }
        }

        // The end of an epoch was heard, and all that came after it; after a connection was lost nobody knows what was said.
        if (_hadOutage || !_epochWasEnded)
        {
            _unheard();
        }

        (_epoch, _epochWasEnded) = (mirror.Epoch, false);
    }

    // In order, one at a time: the client's queue sees to that.
    private void OnMessage(RedisValue value)
    {
        if (FenceMessage.Read(value) is not { } message)
        {
            _telemetry.Error(CacheError.MalformedMessage);
            return;
        }

        lock (_changing)
        {
            _told(message);
            _epochWasEnded |= message.Kind == FenceMessage.All;
            if (message.Kind == FenceMessage.Position)
            {
                TakePosition(message);
            }
            else if (_mirror is { } mirror)
            {
                if (message.Epoch != mirror.Epoch || message.Seq > mirror.Heard + 1)
                {
                    Break(loseHearing: true, failure: null);
                    if (message.Kind == FenceMessage.All)
                    {
                        // This much is known now, and need not wait until Redis can be used again.
                        _missed();
                    }
                }
                else if (message.Seq == mirror.Heard + 1)
                {
                    Take(mirror, message);
                }
            }
            else if (_heardWhileAttaching is { } heard)
            {
                if (heard.Count < MostWhileAttaching)
                {
                    heard.Add(message);
                }

                if (message.Kind == 'h' && message.Text == _nonce)
                {
                    _helloHeard.TrySetResult();
                }
            }
        }
    }

    private void Take(FenceMirror mirror, FenceMessage message)
    {
        foreach (var slot in message.Slots)
        {
            mirror.Raise(slot, message.Seq);
        }

        // After the mirror: a load that begins once the memory has been told must not find in Redis what the mirror still
        // lets pass.
        _invalidated(message.Keys, message.Slots);
        mirror.HeardUpTo(message.Seq);
    }

    // Lua counts in doubles, which are exact up to 2^53.
    private static RedisValue NewEpoch() => (BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & ((1L << 52) - 1)) | 1;
}
