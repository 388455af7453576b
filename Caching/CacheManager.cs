using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Platform.Caching.Memory;
using Platform.Caching.Redis;
using StackExchange.Redis;

namespace Platform.Caching;

/// <summary>
/// A two-level cache: this process' memory over Redis. No value that was loaded before an invalidation is served after it;
/// README.md states the protocol. Values are shared by all who ask for them: nobody may change one.
/// </summary>
public sealed partial class CacheManager : IAsyncDisposable
{
    private static readonly TimeSpan ExpirySweep = TimeSpan.FromSeconds(30);

    // By reference: a policy is a fixed object, mostly of a table of them. Null for one that is not usable.
    private readonly ConcurrentDictionary<CachePolicy, CacheFamily?> _families = new();
    private readonly ConcurrentDictionary<Type, object> _formats = new();
    private readonly CacheOptions _options;
    private readonly MemoryLevel _memory;
    private readonly LocalFence _fence = new();
    private readonly RedisLink _redis;
    private readonly CacheTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _sweep;
    private readonly long _detachedTicks;
    private readonly IAsyncDisposable? _connection;

    /// <exception cref="InvalidOperationException">A policy is out of its ranges; the message names it.</exception>
    internal CacheManager(
        IConnectionMultiplexer redis, SocketWatch sockets, CacheOptions options, Meter meter, ILogger logger, TimeProvider? time = null, bool ownsRedis = false)
    {
        if (options.Policies.Select(CacheFamily.Problem).FirstOrDefault(problem => problem is not null) is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        (_options, _time, _logger) = (options, time ?? TimeProvider.System, logger);
        _connection = ownsRedis ? redis : null;
        _telemetry = new CacheTelemetry(meter);
        _memory = new MemoryLevel(options.MemoryBytes);
        if (options.MemoryBytes > 0)
        {
            MemoryLevel.RequireRoomForFloors(options.MemoryBytes, options.Policies);
        }

        foreach (var policy in options.Policies)
        {
            FamilyOf(policy);
        }

        _telemetry.ObserveMemory(() => _memory.Bytes, () => _memory.Families.Select(family => (family.Name, family.Evictions)));
        _detachedTicks = Ticks(options.DetachedTtl);
        _audit = new StalenessAudit(_telemetry, _time, logger);
        _redis = new RedisLink(redis, sockets, options, _telemetry, logger);
        _redis.Start(InvalidateMemory, OnInvalidationsMissed);
        _sweep = _time.CreateTimer(_ => _memory.RemoveExpired(_time.GetTimestamp()), null, ExpirySweep, ExpirySweep);
    }

    /// <summary>Whether Redis is in use; if not, values come from memory, for a short time, and the source.</summary>
    public bool IsAttached => _redis.Usable is not null;

    /// <summary>The value of a key: from memory, from Redis, or loaded and then kept in both.</summary>
    /// <param name="key">Names the value.</param>
    /// <param name="load">
    /// Reads the value from its source. Runs apart from the caller, under a token of its own: other callers may be waiting
    /// for the same load, and it goes on when this one leaves. It must not use anything that ends with the caller.
    /// </param>
    /// <param name="policy">How the value is cached.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the load.</param>
    /// <exception cref="TimeoutException">The load took longer than <see cref="CachePolicy.LoadTimeout"/>.</exception>
    /// <remarks>What <paramref name="load"/> throws reaches everybody who waits for it, and is not cached.</remarks>
    public ValueTask<T> GetOrCreateAsync<T>(CacheKey key, Func<CancellationToken, ValueTask<T>> load, CachePolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        var read = ReadAsync(key, load, static (load, token) => load(token), policy, cancellationToken);
        return read.IsCompletedSuccessfully ? new ValueTask<T>(read.Result.Value) : ValueAsync(read);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<T> ValueAsync(ValueTask<CacheResult<T>> read) => (await read.ConfigureAwait(false)).Value;
    }

    /// <summary>As <see cref="GetOrCreateAsync{T}"/>, with state for a static <paramref name="load"/> and with what is known of the answer.</summary>
    /// <param name="key">Names the value.</param>
    /// <param name="state">Handed to <paramref name="load"/>.</param>
    /// <param name="load">Reads the value from its source.</param>
    /// <param name="policy">How the value is cached.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the load.</param>
    public ValueTask<CacheResult<T>> ReadAsync<TState, T>(
        CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CachePolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentNullException.ThrowIfNull(policy);
        var family = FamilyOf(policy);
        var now = _time.GetTimestamp();
        if (family is null || !TryHit<T>(key, now, out var entry, out var value))
        {
            return ReadSlowAsync(key, state, load, family, cancellationToken);
        }

        family.Counters.MemoryHit();
        if (entry.IsStale)
        {
            family.Counters.StaleServed();
        }

        if (now >= entry.RefreshAt && entry.TryStartRefresh())
        {
            Refresh(key, state, load, family);
        }

        if (!entry.IsStale && family.IsAudited())
        {
            Audit(key, value, entry, state, load, family);
        }

        return new ValueTask<CacheResult<T>>(Describe(entry, value, now));
    }

    /// <summary>The value of a key when this process' memory has it fresh; never waits.</summary>
    public bool TryGet<T>(CacheKey key, out CacheResult<T> result)
    {
        var now = _time.GetTimestamp();
        var isHit = TryHit<T>(key, now, out var entry, out var value) && !entry.IsStale;
        result = isHit ? Describe(entry!, value, now) : default;
        return isHit;
    }

    /// <summary>What the cache holds and has done, by family.</summary>
    public IReadOnlyList<CacheFamilyStatistics> GetStatistics() =>
        [.. _families.Values.OfType<CacheFamily>().DistinctBy(family => family.Policy.Family).OrderBy(family => family.Policy.Family, StringComparer.Ordinal)
            .Select(family => new CacheFamilyStatistics(family.Policy.Family, family.Counters.MemoryHits, family.Counters.RedisHits,
                family.Counters.Misses, family.Memory.Count, family.Memory.Bytes))];

    /// <summary>Waits until Redis is in use, for whoever is about to measure or to test it.</summary>
    internal Task AttachedAsync(CancellationToken cancellationToken) => _redis.UsableAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _audit.DisposeAsync().ConfigureAwait(false);
        await _redis.DisposeAsync().ConfigureAwait(false);
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool TryHit<T>(CacheKey key, long now, [NotNullWhen(true)] out MemoryEntry? entry, out T value)
    {
        value = default!;
        entry = null;
        if (key.Value is null || !_memory.TryGet(key.Value, out entry))
        {
            return false;
        }

        if (_fence.IsInvalidatedSince(entry.Fence, entry.TagSlots))
        {
            _memory.Remove(entry);
            return false;
        }

        if (now >= entry.ExpiresAt || (_redis.UnusableSince != 0 && !IsTrustedDetached(entry, now)))
        {
            return false;
        }

        if (entry.Value is T typed)
        {
            value = typed;
            return true;
        }

        // Null, or somebody else's type under one key, which is a mistake and counts as a miss.
        return entry.Value is null && default(T) is null;
    }

    private CacheResult<T> Describe<T>(MemoryEntry entry, T value, long now) =>
        new(value, CacheLevel.Memory, Elapsed(now - entry.CreatedAt), entry.IsStale ? TimeSpan.Zero : Elapsed(entry.ExpiresAt - now), entry.IsStale);

    // Others may have written and we not have heard: a little while after the loss that is borne, and of what was loaded
    // since then, an age as short.
    private bool IsTrustedDetached(MemoryEntry entry, long now) =>
        Stopwatch.GetElapsedTime(_redis.UnusableSince) < _options.DetachedTtl || now - entry.CreatedAt < _detachedTicks;

    private CacheFamily? FamilyOf(CachePolicy policy)
    {
        return _families.TryGetValue(policy, out var family) ? family : _families.GetOrAdd(policy, Add);

        CacheFamily? Add(CachePolicy policy)
        {
            if (CacheFamily.Problem(policy) is { } problem)
            {
                Log.PolicyNotUsable(_logger, problem);
                return null;
            }

            return new CacheFamily(policy, _memory.Family(policy), _telemetry.Family(policy.Family), _options.MemoryBytes > 0);
        }
    }

    private EntryFormat<T> FormatOf<T>() => (EntryFormat<T>)_formats.GetOrAdd(typeof(T), static (_, options) => new EntryFormat<T>(options), _options);

    private bool IsCacheable(CacheKey key)
    {
        if (string.IsNullOrEmpty(key.Value) || !IsText(key.Value))
        {
            _telemetry.Error(CacheError.InvalidKey);
            return false;
        }

        // No character takes more than three bytes.
        if (key.Value.Length > CacheKey.MaxBytes / 3 && Encoding.UTF8.GetByteCount(key.Value) > CacheKey.MaxBytes)
        {
            _telemetry.Error(CacheError.KeyTooLong);
            return false;
        }

        return true;
    }

    // Half of a surrogate pair has no bytes of its own: all such keys would be one key in Redis.
    private static bool IsText(string key)
    {
        for (var i = 0; i < key.Length; i++)
        {
            if (char.IsControl(key[i]) || (char.IsSurrogate(key[i]) && (++i == key.Length || !char.IsSurrogatePair(key[i - 1], key[i]))))
            {
                return false;
            }
        }

        return true;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Elapsed(long ticks) => _time.GetElapsedTime(0, ticks);
}
