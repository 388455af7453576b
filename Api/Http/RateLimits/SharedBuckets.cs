using System.Diagnostics.CodeAnalysis;
using StackExchange.Redis;

namespace Platform.Api.Http.RateLimits;

/// <summary>The buckets that all processes share, in Redis; and whether Redis is to be asked at all.</summary>
/// <remarks>
/// A question may take <c>budget</c>. One that fails or takes longer is the last: nobody asks, and nobody waits, until a
/// ping that no request waits for has been answered.
/// </remarks>
internal sealed class SharedBuckets(IConnectionMultiplexer redis, string keyPrefix, TimeSpan budget, TimeProvider clock, RateLimitTelemetry telemetry, ILogger<SharedBuckets> logger)
{
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(1);
    private static readonly string Script = ReadScript();

    // One that fails again soon rests longer: a flapping Redis must not cost a budget each time.
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(30);

    private readonly Lock _changing = new();
    private volatile bool _isUsable = true;
    private bool _isPinging;
    private TimeSpan _rest = ShortestRest;
    private TimeSpan _restsUntil;
    private TimeSpan _failedAt = TimeSpan.MinValue;

    /// <summary>What a bucket gave.</summary>
    /// <param name="Given">How many tokens; 0 for none.</param>
    /// <param name="Left">How many it still has.</param>
    /// <param name="Wait">When there is the next one, if none was given.</param>
    internal readonly record struct Lease(int Given, int Left, TimeSpan Wait);

    /// <summary>Whether Redis may be asked. When it may not, but has rested, somebody else finds out how it is.</summary>
    internal bool IsUsable
    {
        get
        {
            if (_isUsable)
            {
                return true;
            }

            lock (_changing)
            {
                if (!_isPinging && Now >= _restsUntil)
                {
                    _isPinging = true;
                    _ = PingAsync();
                }
            }

            return false;
        }
    }

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>Takes tokens.</summary>
    /// <returns>Null when Redis does not say.</returns>
    internal async ValueTask<Lease?> TakeAsync(RateLimitRule rule, UInt128 subject, int wanted)
    {
        try
        {
            telemetry.Asked(rule);
            var key = $"{keyPrefix}{rule.Name}:{subject:x32}";
            var answer = (long[])(await redis.GetDatabase()
                .ScriptEvaluateAsync(Script, [key], [rule.Permits, (long)rule.Period.TotalMicroseconds, wanted]).WaitAsync(budget))!;
            return new Lease((int)answer[0], (int)answer[1], TimeSpan.FromMicroseconds(answer[2]));
        }
        catch (Exception e) when (IsOfRedis(e))
        {
            Failed(e);
            return null;
        }
    }

    private void Failed(Exception reason)
    {
        lock (_changing)
        {
            if (!_isUsable)
            {
                return;
            }

            _rest = _failedAt == TimeSpan.MinValue || Now - _failedAt > Probation ? ShortestRest : Longer(_rest);
            (_failedAt, _restsUntil, _isUsable) = (Now, Now + _rest, false);
        }

        var cause = reason.GetType().Name;
        logger.LogWarning("Redis does not answer ({Cause}): until it does, each process limits rates by itself", cause);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Nobody waits for this: whatever goes wrong, Redis stays unused and is asked again.")]
    private async Task PingAsync()
    {
        var answered = false;
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(PingLimit);
            answered = true;
        }
        catch (Exception)
        {
            // It rests again.
        }

        lock (_changing)
        {
            _isPinging = false;
            _isUsable = answered;
            if (!answered)
            {
                _rest = Longer(_rest);
                _restsUntil = Now + _rest;
            }
        }

        if (answered)
        {
            logger.LogInformation("Redis answers again: limits of rates are shared");
        }
    }

    private static TimeSpan Longer(TimeSpan rest) => rest * 2 < LongestRest ? rest * 2 : LongestRest;

    private static bool IsOfRedis(Exception exception) => exception is RedisException or TimeoutException or ObjectDisposedException;

    private static string ReadScript()
    {
        using var reader = new StreamReader(typeof(SharedBuckets).Assembly.GetManifestResourceStream("token_bucket.lua")!);
        return reader.ReadToEnd();
    }
}
