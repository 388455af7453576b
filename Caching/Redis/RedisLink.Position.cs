using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.Caching.Redis;

// How far of the source's log all has been told: one node says so, and each that has missed nothing takes it.
internal sealed partial class RedisLink
{
    private Action<FenceMessage> _told = _ => { };
    private Action _unheard = () => { };
    private volatile AppliedPosition? _applied;

    /// <summary>
    /// Up to here what this node answers lacks nothing; null until it was told. It stays when messages are missed: what it
    /// vouched for goes with the memory, and who reads the source sees it for ever.
    /// </summary>
    internal AppliedPosition? Applied => _applied;

    /// <summary>Hears what anybody told, this node as well, in order and before it is done here.</summary>
    /// <param name="told">Called for each message.</param>
    /// <param name="unheard">Called when some may have been missed.</param>
    internal void Listen(Action<FenceMessage> told, Action unheard)
    {
        lock (_changing)
        {
            (_told, _unheard) = (told, unheard);
        }
    }

    /// <summary>Tells all nodes that all which was committed up to a position has been told.</summary>
    /// <returns>Whether Redis has it.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever Redis does, it is told again.")]
    internal async ValueTask<bool> AnnounceAsync(AppliedPosition position)
    {
        if (_usable is null)
        {
            return false;
        }

        try
        {
            var answer = await Database.ScriptEvaluateAsync(RedisScripts.Watermark, [_names.Table, _names.Position],
                [(string)_names.Channel!, FenceMirror.TableBytes, string.Create(CultureInfo.InvariantCulture, $"{position.History} {position.Lsn}")])
                .WaitAsync(_budget).ConfigureAwait(false);
            return !answer.IsNull;
        }
        catch (Exception error)
        {
            Note(error);
            return false;
        }
    }

    /// <summary>What was announced last, as Redis remembers it; null when it does not.</summary>
    /// <exception cref="StackExchange.Redis.RedisException">Redis could not be asked.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    internal async Task<AppliedPosition?> AnnouncedAsync() =>
        Read(await Database.StringGetAsync(_names.Position).WaitAsync(AnswerLimit).ConfigureAwait(false));

    // While this node attaches, what it is told is passed over: its memory is still to be dropped. The next one comes soon.
    private void TakePosition(FenceMessage message)
    {
        if (_mirror is not { } mirror)
        {
            return;
        }

        if (message.Epoch != mirror.Epoch || message.Seq > mirror.Heard)
        {
            Break(loseHearing: true, failure: null);
        }
        else if (Read(message.Text) is not { } position)
        {
            _telemetry.Error(CacheError.MalformedMessage);
        }
        else if (_applied is not { } applied || applied.History != position.History || applied.Lsn < position.Lsn)
        {
            _applied = position;
        }
    }

    private static AppliedPosition? Read(string? text) =>
        text?.Split(' ') is [var history, var lsn] && ulong.TryParse(lsn, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? new AppliedPosition(history, position)
            : null;
}
