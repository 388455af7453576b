namespace Platform.Api.Http.RateLimits;

/// <summary>A limit at work: a bucket for each of those whom it limits.</summary>
/// <remarks>
/// The buckets are in Redis. A process takes tokens from there by batches and then gives them out by itself, so that most
/// requests cost a look into a dictionary. Hence in any period all processes together give out at most the limit and
/// what each had left of its last batch.
/// </remarks>
internal sealed class RateLimit(RateLimitRule rule, SharedBuckets shared, TimeProvider clock, RateLimitTelemetry telemetry)
{
    // A bucket that is forgotten is asked for in Redis again; without Redis it is full again.
    private const int MostBuckets = 16_384;

    private readonly RecentlyUsed<UInt128, Bucket> _buckets = new(MostBuckets);

    /// <summary>What it allows.</summary>
    internal RateLimitRule Rule => rule;

    /// <summary>Whether something may be done.</summary>
    /// <param name="IsAllowed">Whether it may.</param>
    /// <param name="Left">How many times more, about.</param>
    /// <param name="Wait">How long it may not.</param>
    internal readonly record struct Decision(bool IsAllowed, int Left, TimeSpan Wait);

    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>Takes a token for something that is about to be done.</summary>
    /// <param name="subject">For whom.</param>
    internal ValueTask<Decision> TakeAsync(UInt128 subject)
    {
        if (rule.IsOff)
        {
            return new(new Decision(true, int.MaxValue, TimeSpan.Zero));
        }

        var bucket = Find(subject);
        return bucket.TryUse() ? new(new Decision(true, bucket.Left, TimeSpan.Zero)) : AskAsync(bucket, subject);
    }

    private Bucket Find(UInt128 subject)
    {
        if (_buckets.Find(subject) is { } known)
        {
            return known;
        }

        _buckets.Add(subject, new Bucket());
        // Another request may have been first.
        return _buckets.Find(subject) ?? new Bucket();
    }

    private async ValueTask<Decision> AskAsync(Bucket bucket, UInt128 subject)
    {
        do
        {
            // Nobody is asked again before there can be one: refusals cost no more than permissions.
            if (bucket.EmptyUntil - Now is { Ticks: > 0 } wait)
            {
                return Refuse(wait);
            }

            if (!shared.IsUsable)
            {
                return TakeAlone(bucket);
            }

            await bucket.WaitAsync(waiting => LeaseAsync(bucket, subject, waiting));
        }
        while (!bucket.TryUse());

        return new Decision(true, bucket.Left, TimeSpan.Zero);
    }

    private async Task LeaseAsync(Bucket bucket, UInt128 subject, int waiting)
    {
        if (await shared.TakeAsync(rule, subject, Math.Max(rule.Batch, waiting)) is { } lease)
        {
            bucket.Add(rule, lease, Now);
        }
    }

    private Decision TakeAlone(Bucket bucket)
    {
        telemetry.DecidedAlone(rule);
        var wait = bucket.TakeAlone(rule, Now, out var left);
        return wait == TimeSpan.Zero ? new Decision(true, left, wait) : Refuse(wait);
    }

    private Decision Refuse(TimeSpan wait)
    {
        telemetry.Refused(rule);
        return new Decision(false, 0, wait);
    }
}
