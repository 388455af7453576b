using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;

namespace Platform.Api.Data;

/// <summary>
/// Has no more requests use PostgreSQL at once than it can serve. The others wait their turn, a third of their time at
/// most, and then get their 503: what is begun has the time to end.
/// </summary>
/// <remarks>
/// Without it more load than there is power for does not slow the service down but stops it: requests get their connection
/// when their time is nearly up, it is closed under them (<see cref="DatabaseWait"/>), and opening another costs PostgreSQL
/// more than what they asked. In the order in which they came: with the latest first most would be quicker while there is
/// too much to do, but of a few callers who ask again as soon as they have their answer, some would never get one.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The limiter has nothing to give back, and how many wait may be asked to the end.")]
internal sealed class DatabaseAdmission
{
    private readonly ConcurrencyLimiter _places;
    private readonly TimeSpan _patience;
    private readonly Counter<long> _refused;

    /// <param name="limits">How many places there are, and how long may be waited for one.</param>
    /// <param name="meters">For what is measured.</param>
    public DatabaseAdmission(DatabaseLimits limits, IMeterFactory meters)
    {
        _patience = limits.RequestDeadline / 3;
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.ConcurrentRequests,
            // Their patience is their limit.
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        var meter = meters.Create("Platform.Database");
        meter.CreateObservableGauge("admission_waiting", () => _places.GetStatistics()!.CurrentQueuedCount, "{request}", "Requests that wait until fewer use PostgreSQL.");
        _refused = meter.CreateCounter<long>("admission_refused_total", "{request}", "Requests that waited for that in vain.");
        _refused.Add(0);
    }

    /// <summary>Takes a place, which is given back by disposing of it; null when none is free.</summary>
    internal RateLimitLease? TryEnter()
    {
        var place = _places.AttemptAcquire();
        if (place.IsAcquired)
        {
            return place;
        }

        place.Dispose();
        return null;
    }

    /// <summary>Waits for a place.</summary>
    /// <param name="waiting">Given what ends the wait early; then, when it has ended, null.</param>
    /// <exception cref="TimeoutException">None was free in time.</exception>
    internal async ValueTask<RateLimitLease> EnterAsync(Action<CancellationTokenSource?> waiting)
    {
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            waiting(patience);
            var place = await _places.AcquireAsync(1, patience.Token);
            if (place.IsAcquired)
            {
                return place;
            }

            place.Dispose();
        }
        catch (OperationCanceledException)
        {
            // Refused, as below.
        }
        finally
        {
            waiting(null);
        }

        _refused.Add(1);
        throw new TimeoutException("More requests need PostgreSQL than it can serve in time.");
    }
}
