using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Platform.Caching;
using StackExchange.Redis;

namespace Platform.Tests.Caching.Outages;

/// <summary>One process' worth of cache, over a source of truth that it shares with the others of its test.</summary>
internal sealed class CacheNode : IAsyncDisposable
{
    public const string Namespace = "test";

    /// <summary>What its connections are called in Redis.</summary>
    public const string ClientName = "cache-node";

    private readonly CacheManager _cache;
    private readonly Source _source;
    private readonly Meter _meter;

    private CacheNode(CacheManager cache, Source source, Meter meter) => (_cache, _source, _meter) = (cache, source, meter);

    public CacheManager Cache => _cache;

    /// <summary>Nothing but an invalidation ends a value within a test.</summary>
    public static CachePolicy Book { get; } = new()
    {
        Family = "book",
        Ttl = TimeSpan.FromHours(2),
        MemoryTtl = TimeSpan.FromHours(1),
        Jitter = 0,
        AuditRate = 0,
        Tags = (_, _) => [Shelf],
    };

    /// <summary>Of every <see cref="Book"/>.</summary>
    public static CacheTag Shelf { get; } = new("shelf");

    /// <summary>Options in which a busy machine is no outage; a test of the budget itself sets the real one.</summary>
    public static CacheOptions Options(Action<CacheOptions>? configure = null)
    {
        var options = new CacheOptions { Namespace = Namespace, RedisBudget = TimeSpan.FromMilliseconds(500), DetachedTtl = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Connects a node and, unless <paramref name="attach"/> says not to, waits until it uses Redis.</summary>
    public static async Task<CacheNode> ConnectAsync(string redis, Source source, Action<CacheOptions>? configure = null, bool attach = true)
    {
        var meter = new Meter(CacheTelemetry.MeterName);
        var cache = await CacheManager.ConnectAsync(
            $"{redis},connectTimeout=1000,name={ClientName}", Options(configure), meter, attach: false, cancellationToken: TestContext.Current.CancellationToken);
        var node = new CacheNode(cache, source, meter);
        if (attach)
        {
            await node.AttachedAsync();
        }

        return node;
    }

    public Task AttachedAsync() => _cache.AttachedAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public async Task<(CacheLevel Level, string Value)> ReadAsync(string key)
    {
        var read = await _cache.ReadAsync(new CacheKey(key), key, (name, _) => new ValueTask<string>(_source.Read(name)), Book, TestContext.Current.CancellationToken);
        return (read.Level, read.Value);
    }

    /// <summary>Waits until the value is read as expected.</summary>
    public Task ReadsAsync(string key, string expected) =>
        Support.Eventually.HoldsAsync(async () => (await ReadAsync(key)).Value == expected, $"{key} is read as {expected}");

    /// <summary>What a writer does: commits, then invalidates.</summary>
    public async Task WriteAsync(string key, string value)
    {
        _source.Write(key, value);
        await _cache.InvalidateAsync([new CacheKey(key)], []);
    }

    /// <summary>Reads a value and waits until Redis has it: readers do not wait for that.</summary>
    public async Task FillAsync(string key, IDatabase redis)
    {
        await ReadAsync(key);
        await Support.Eventually.HoldsAsync(() => redis.KeyExistsAsync($"{Namespace}:v:{key}"), $"Redis has {key}");
    }

    /// <summary>What the node has counted of an instrument under a reason.</summary>
    public long Count(string instrument, string reason)
    {
        var count = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (published, listener) =>
            {
                if (published.Meter == _meter && published.Name == instrument)
                {
                    listener.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => count += tags[0].Value is string tag && tag == reason ? value : 0);
        listener.Start();
        listener.RecordObservableInstruments();
        return count;
    }

    /// <summary>How often a command failed this node.</summary>
    public long Failures => Count("errors_total", "redis_timeout") + Count("errors_total", "redis_unavailable");

    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        _meter.Dispose();
    }
}

/// <summary>The source of truth.</summary>
internal sealed class Source
{
    private readonly ConcurrentDictionary<string, string> _values = new();

    public string Read(string key) => _values.GetValueOrDefault(key, "old");

    public void Write(string key, string value) => _values[key] = value;
}
