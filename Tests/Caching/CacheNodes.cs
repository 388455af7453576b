using System.Diagnostics.Metrics;
using Platform.Caching;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Caching;

/// <summary>The nodes of one service: caches on the stack's Redis that share a namespace of their own.</summary>
internal sealed class CacheNodes(Stack stack) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<MeterListener> _listeners = [];
    private readonly string _namespace = $"test:{Guid.CreateVersion7()}";
    private ConnectionMultiplexer? _redis;
    private int _probes;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A node that is attached to Redis.</summary>
    public async Task<CacheManager> AddAsync(Action<CacheOptions>? configure = null, Meter? meter = null) =>
        Added(await CacheManager.ConnectAsync(await stack.RedisConnectionStringAsync(), Options(configure), meter, cancellationToken: Token));

    /// <summary>A node without Redis, whose time stands still until <paramref name="clock"/> is advanced.</summary>
    public async Task<CacheManager> AddAloneAsync(TimeProvider clock, Action<CacheOptions>? configure = null, Meter? meter = null)
    {
        var options = Options(configure);
        options.DetachedTtl = TimeSpan.FromDays(1);
        return Added(await CacheManager.ConnectAsync("127.0.0.1:1,connectTimeout=1", options, meter, clock, attach: false, cancellationToken: Token));
    }

    /// <summary>Redis itself, past the cache.</summary>
    public async Task<IDatabase> RedisAsync()
    {
        if (_redis is null)
        {
            _redis = await ConnectionMultiplexer.ConnectAsync(await stack.RedisConnectionStringAsync());
            _open.Add(_redis);
        }

        return _redis.GetDatabase();
    }

    public RedisKey Stored(CacheKey key) => $"{_namespace}:v:{key}";

    public RedisKey Lease(CacheKey key) => $"{_namespace}:l:{key}";

    public RedisChannel Channel => RedisChannel.Literal($"{_namespace}:invalidations");

    public RedisKey FenceTable => $"{_namespace}:fence";

    /// <summary>Waits until Redis has the value: readers do not.</summary>
    public async Task StoredAsync(CacheKey key)
    {
        var redis = await RedisAsync();
        await Eventually.HoldsAsync(() => redis.KeyExistsAsync(Stored(key)), $"Redis has {key}");
    }

    /// <summary>Waits until one node has heard all that another has said: messages come in order.</summary>
    public async Task HeardAsync(CacheManager listener, CacheManager speaker)
    {
        await listener.AttachedAsync(Token);
        await speaker.AttachedAsync(Token);
        var probe = new CacheKey($"probe:{++_probes}");
        await listener.GetOrCreateAsync(probe, _ => new ValueTask<string>(""), Probe, Token);
        await speaker.InvalidateAsync([probe], []);
        await Eventually.HoldsAsync(() => Task.FromResult(!listener.TryGet<string>(probe, out _)), "the other node has heard");
    }

    /// <summary>A meter for one node, and what it counts: of each instrument the sum over all labels but <c>reason</c>.</summary>
    public (Meter Meter, Func<string, long> Count) Metered()
    {
        var meter = new Meter(CacheTelemetry.MeterName);
        var sums = new Dictionary<string, long>();
        var listener = new MeterListener { InstrumentPublished = (instrument, self) => _ = instrument.Meter == meter && Listen(instrument, self) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var reason = tags.ToArray().FirstOrDefault(tag => tag.Key == "reason").Value;
            var name = reason is null ? instrument.Name : $"{instrument.Name}:{reason}";
            sums[name] = sums.GetValueOrDefault(name) + value;
        });
        listener.Start();
        _listeners.Add(listener);
        return (meter, Count);

        long Count(string name)
        {
            sums.Clear();
            listener.RecordObservableInstruments();
            return sums.GetValueOrDefault(name);
        }

        static bool Listen(Instrument instrument, MeterListener self)
        {
            self.EnableMeasurementEvents(instrument);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listeners.ForEach(listener => listener.Dispose());
        foreach (var one in _open)
        {
            await one.DisposeAsync();
        }
    }

    private static CachePolicy Probe { get; } = new() { Family = "probe", Ttl = TimeSpan.FromHours(1), AuditRate = 0 };

    private CacheOptions Options(Action<CacheOptions>? configure)
    {
        // A generous budget: these tests are not about a slow Redis, and may share two processors with much else.
        var options = new CacheOptions { Namespace = _namespace, RedisBudget = TimeSpan.FromSeconds(5) };
        configure?.Invoke(options);
        return options;
    }

    private CacheManager Added(CacheManager node)
    {
        _open.Add(node);
        return node;
    }
}
