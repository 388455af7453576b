using System.Threading.Tasks.Sources;
using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>
/// Reads of callers that come while earlier ones are on their way go together, as one <c>MGET</c>. With few callers each is
/// sent at once; with many, one command, one answer and one timer serve dozens of them.
/// </summary>
/// <param name="send">Asks Redis within the budget; null when it did not answer.</param>
internal sealed class GroupedGets(Func<RedisKey[], Task<RedisValue[]?>> send)
{
    // So that one large answer does not hold up all others, and the next question is there when Redis has answered the last.
    private const int MostKeys = 64;
    private const int MostUnderWay = 2;

    private readonly Lock _changing = new();
    private readonly Queue<Get> _waiting = new();
    private int _underWay;

    /// <summary>The bytes of a key; null when there are none, or Redis did not say.</summary>
    internal ValueTask<byte[]?> GetAsync(RedisKey key)
    {
        var get = new Get(key);
        Get[] group;
        lock (_changing)
        {
            if (_underWay == MostUnderWay)
            {
                _waiting.Enqueue(get);
                return get.Task;
            }

            _underWay++;
            group = [get];
        }

        _ = SendAsync(group);
        return get.Task;
    }

    private async Task SendAsync(Get[] group)
    {
        var values = await send(Array.ConvertAll(group, static get => get.Key)).ConfigureAwait(false);
        // Before the callers go on, and without waiting for them.
        SendNext(isAnswered: values is not null);
        for (var i = 0; i < group.Length; i++)
        {
            // The last goes on here; the others need not wait for what it does.
            group[i].Complete((byte[]?)values?[i], isLast: i == group.Length - 1);
        }
    }

    private void SendNext(bool isAnswered)
    {
        Get[] group;
        lock (_changing)
        {
            // Who waited behind a question that was not answered has waited as long, and does not get another one.
            var count = isAnswered ? Math.Min(_waiting.Count, MostKeys) : _waiting.Count;
            group = new Get[count];
            for (var i = 0; i < count; i++)
            {
                group[i] = _waiting.Dequeue();
            }

            if (count == 0 || !isAnswered)
            {
                _underWay--;
            }
        }

        if (isAnswered && group.Length > 0)
        {
            _ = SendAsync(group);
            return;
        }

        foreach (var get in group)
        {
            get.Complete(null, isLast: false);
        }
    }

    private sealed class Get(RedisKey key) : IValueTaskSource<byte[]?>
    {
        private ManualResetValueTaskSourceCore<byte[]?> _source = new() { RunContinuationsAsynchronously = true };

        internal RedisKey Key => key;

        internal ValueTask<byte[]?> Task => new(this, _source.Version);

        internal void Complete(byte[]? value, bool isLast)
        {
            _source.RunContinuationsAsynchronously = !isLast;
            _source.SetResult(value);
        }

        public byte[]? GetResult(short token) => _source.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _source.OnCompleted(continuation, state, token, flags);
    }
}
