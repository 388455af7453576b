namespace Platform.Api.Http.RateLimits;

/// <summary>One bucket as this process knows it: the tokens it took from the shared one, and what it gave out by itself.</summary>
internal sealed class Bucket
{
    private readonly Lock _changing = new();
    private int _leased;
    private int _leftInRedis;
    private int _waiting;
    private long _emptyUntil;
    private Task? _leasing;

    // By what this process gave out alone: the time at which the bucket is full again.
    private long _fullAt;

    /// <summary>How many tokens there were when last looked, here and in Redis.</summary>
    internal int Left => Math.Max(0, Volatile.Read(ref _leased)) + Volatile.Read(ref _leftInRedis);

    /// <summary>Until when Redis said that there is none.</summary>
    internal TimeSpan EmptyUntil => new(Volatile.Read(ref _emptyUntil));

    /// <summary>Uses one of the tokens taken before, which costs nothing.</summary>
    internal bool TryUse()
    {
        for (var leased = Volatile.Read(ref _leased); leased > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _leased, leased - 1, leased);
            if (seen == leased)
            {
                return true;
            }

            leased = seen;
        }

        return false;
    }

    /// <summary>Waits for more tokens; those who come while others wait do so together.</summary>
    /// <param name="lease">Takes as many as it is given the number of who wait, or more; and says so to <see cref="Add"/>.</param>
    internal async Task WaitAsync(Func<int, Task> lease)
    {
        Task leasing;
        lock (_changing)
        {
            _waiting++;
            leasing = _leasing ??= LeaseAsync(lease, _waiting);
        }

        try
        {
            await leasing;
        }
        finally
        {
            lock (_changing)
            {
                _waiting--;
            }
        }
    }

    private async Task LeaseAsync(Func<int, Task> lease, int waiting)
    {
        // Not within the caller's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await lease(waiting);
        }
        finally
        {
            lock (_changing)
            {
                _leasing = null;
            }
        }
    }

    /// <summary>Adds what the shared bucket gave.</summary>
    internal void Add(RateLimitRule rule, SharedBuckets.Lease lease, TimeSpan now)
    {
        lock (_changing)
        {
            Interlocked.Add(ref _leased, lease.Given);
            Volatile.Write(ref _leftInRedis, lease.Left);
            Volatile.Write(ref _emptyUntil, lease.Given == 0 ? (now + lease.Wait).Ticks : 0);
            // What Redis gives counts here as well: an outage is no second bucket.
            _fullAt = FullAt(rule, now) + (long)(lease.Given * Each(rule));
        }
    }

    /// <summary>Takes a token without Redis, as if this process were the only one.</summary>
    /// <param name="rule">The limit.</param>
    /// <param name="now">The time, in any clock that only goes forward.</param>
    /// <param name="left">How many more there are.</param>
    /// <returns>Zero when it was given; otherwise how long there is none.</returns>
    internal TimeSpan TakeAlone(RateLimitRule rule, TimeSpan now, out int left)
    {
        lock (_changing)
        {
            var fullAt = FullAt(rule, now);
            var tokens = (now + rule.Period).Ticks - fullAt;
            left = Math.Max(0, (int)(tokens / Each(rule)) - 1);
            if (tokens < Each(rule))
            {
                return TimeSpan.FromTicks((long)Math.Ceiling(Each(rule) - tokens));
            }

            // Rounded down, or a token that is due would be missing for a tick.
            _fullAt = fullAt + (long)Each(rule);
            return TimeSpan.Zero;
        }
    }

    private long FullAt(RateLimitRule rule, TimeSpan now) => Math.Clamp(_fullAt, now.Ticks, (now + rule.Period).Ticks);

    private static double Each(RateLimitRule rule) => rule.Period.Ticks / (double)rule.Permits;
}
