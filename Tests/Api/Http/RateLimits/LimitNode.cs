using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Http.RateLimits;
using StackExchange.Redis;

namespace Platform.Tests.Api.Http.RateLimits;

/// <summary>One process' worth of a limit, with a connection to Redis of its own.</summary>
internal sealed class LimitNode : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly ConnectionMultiplexer _redis;
    private long _asked;
    private long _alone;
    private long _refused;

    private LimitNode(ConnectionMultiplexer redis, string prefix, RateLimitRule rule, TimeSpan budget, TimeProvider clock)
    {
        _redis = redis;
        var telemetry = new RateLimitTelemetry(_services.GetRequiredService<IMeterFactory>());
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal(new("rule", rule.Name), Assert.Single(tags.ToArray()));
            Interlocked.Add(ref instrument.Name == "asked_total" ? ref _asked : ref instrument.Name == "alone_total" ? ref _alone : ref _refused, value);
        });
        _listener.Start();
        Shared = new SharedBuckets(redis, prefix, budget, clock, telemetry, NullLogger<SharedBuckets>.Instance);
        Limit = new RateLimit(rule, Shared, clock, telemetry);
    }

    public SharedBuckets Shared { get; }

    public RateLimit Limit { get; }

    /// <summary>Questions to Redis.</summary>
    public long Asked => Volatile.Read(ref _asked);

    /// <summary>Decisions without Redis.</summary>
    public long Alone => Volatile.Read(ref _alone);

    /// <summary>Refusals.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <param name="redis">Its address.</param>
    /// <param name="prefix">Of its keys: nodes with the same one share their buckets.</param>
    /// <param name="rule">The limit.</param>
    /// <param name="budget">How long Redis is waited for; long where a test is not about that, since a busy machine is no outage.</param>
    /// <param name="clock">The node's clock.</param>
    public static async Task<LimitNode> ConnectAsync(string redis, string prefix, RateLimitRule rule, TimeSpan? budget = null, TimeProvider? clock = null)
    {
        var settings = ConfigurationOptions.Parse(redis);
        (settings.AbortOnConnectFail, settings.BacklogPolicy, settings.ConnectTimeout) = (false, BacklogPolicy.FailFast, 500);
        return new LimitNode(await ConnectionMultiplexer.ConnectAsync(settings), prefix, rule, budget ?? TimeSpan.FromSeconds(5), clock ?? TimeProvider.System);
    }

    /// <summary>How many of so many requests at once are allowed.</summary>
    public async Task<int> AllowedAsync(int requests, UInt128 subject = default) =>
        (await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => Task.Run(async () => await Limit.TakeAsync(subject))))).Count(d => d.IsAllowed);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _redis.DisposeAsync();
        await _services.DisposeAsync();
    }
}
