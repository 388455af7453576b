using System.Globalization;
using Platform.ChangeStream;
using StackExchange.Redis;

namespace Platform.Realtime.Changes;

/// <summary>Reads the log in Redis.</summary>
internal sealed class LogReader(IConnectionMultiplexer redis, ChangeLogOptions options)
{
    /// <summary>What the log was at one moment.</summary>
    /// <param name="Epoch">The history that positions belong to.</param>
    /// <param name="Floor">What is at or before it may not be there.</param>
    /// <param name="Position">Everything committed up to it has been published.</param>
    /// <param name="Events">Those that were asked for.</param>
    internal sealed record Page(string Epoch, ChangePosition Floor, ChangePosition Position, IReadOnlyList<ChangeEvent> Events);

    /// <param name="after">The first event comes after it.</param>
    /// <param name="upTo">The last is at it or before; null for all.</param>
    /// <param name="max">Most events.</param>
    /// <returns>Null when there is no log.</returns>
    /// <exception cref="RedisException">Redis does not answer.</exception>
    /// <exception cref="TimeoutException">Nor in time.</exception>
    internal async Task<Page?> ReadAsync(ChangePosition after, ChangePosition? upTo, int max)
    {
        var answer = await redis.GetDatabase().ScriptEvaluateAsync(LogScripts.Read, options.Keys, [after.ToString(), upTo?.ToString() ?? "+", max]).ConfigureAwait(false);
        return answer.IsNull
            ? null
            : new Page((string)answer[0]!, Position(answer[1]), Position(answer[2]), [.. ((RedisResult[])answer[3]!).Select(Event)]);
    }

    /// <summary>Has <paramref name="wake"/> called when there is more to read. To be told is no promise: whoever waits looks now and then.</summary>
    internal async Task SubscribeAsync(Action wake)
    {
        var subscriber = redis.GetSubscriber();
        try
        {
            // The client subscribes nothing that it takes for subscribed.
            await subscriber.UnsubscribeAsync(options.Wake).ConfigureAwait(false);
            await subscriber.SubscribeAsync(options.Wake, (_, _) => wake()).ConfigureAwait(false);
        }
        catch
        {
            // The client would subscribe all the same when it connects, and then once more for each attempt.
            await subscriber.UnsubscribeAsync(options.Wake, flags: CommandFlags.FireAndForget).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static ChangeEvent Event(RedisResult entry)
    {
        var fields = entry[1];
        return new ChangeEvent(Position(entry[0]), ((string)fields[1]!).Split(' '), (string)fields[3]!,
            DateTimeOffset.Parse((string)fields[5]!, CultureInfo.InvariantCulture), (byte[])fields[7]!,
            fields.Length > 9 ? TraceContext.Parse((string?)fields[9]) : default);
    }

    private static ChangePosition Position(RedisResult text) =>
        ChangePosition.TryParse((string?)text, out var position) ? position : throw new InvalidDataException($"'{text}' is no position: something else writes to the log of changes.");
}
