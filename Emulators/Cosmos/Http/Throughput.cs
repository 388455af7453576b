using System.Collections.Concurrent;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>
/// Request units, a container's budget of them a second, and who has to wait. What a request costs is known when it is
/// done: one that overdraws is answered, and the next ones wait until it is made up for.
/// </summary>
/// <param name="unitsPerSecond">What each container may spend; 0 for no limit.</param>
/// <param name="clock">Fills it up.</param>
internal sealed class Throughput(int unitsPerSecond, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Budget> _budgets = new(StringComparer.Ordinal);

    /// <exception cref="ThrottledException">The budget is overdrawn.</exception>
    internal void Require(Container container)
    {
        if (unitsPerSecond == 0)
            return;
        var units = BudgetOf(container).Add(0, unitsPerSecond, clock);
        if (units < 0)
            throw new ThrottledException(TimeSpan.FromSeconds(-units / unitsPerSecond));
    }

    internal void Spend(Container container, HttpContext context, double units)
    {
        Answer.Charge(context, units);
        if (unitsPerSecond > 0)
            BudgetOf(container).Add(-units, unitsPerSecond, clock);
    }

    private Budget BudgetOf(Container container) => _budgets.GetOrAdd(container.ResourceId, _ => new Budget(unitsPerSecond, clock.GetTimestamp()));

    private sealed class Budget(double units, long at)
    {
        private readonly Lock _changing = new();
        private double _units = units;
        private long _at = at;

        internal double Add(double units, int perSecond, TimeProvider clock)
        {
            lock (_changing)
            {
                var now = clock.GetTimestamp();
                _units = Math.Min(perSecond, _units + (clock.GetElapsedTime(_at, now).TotalSeconds * perSecond)) + units;
                _at = now;
                return _units;
            }
        }
    }
}

/// <summary>Too much was asked for in too short a time.</summary>
/// <param name="retryAfter">When there is something to spend again.</param>
internal sealed class ThrottledException(TimeSpan retryAfter) : Exception
{
    internal TimeSpan RetryAfter => retryAfter;
}
