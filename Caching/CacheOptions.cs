using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Platform.Caching;

/// <summary>Settings of the cache, from the section <c>Cache</c>.</summary>
public sealed class CacheOptions
{
    /// <summary>Families known from the start: their metrics begin at zero and their floors hold.</summary>
    public IList<CachePolicy> Policies { get; } = [];

    internal Dictionary<Type, object> Codecs { get; } = [];

    /// <summary>What separates this cache's keys from others in the same Redis.</summary>
    /// <value><c>platform</c> by default; 1 to 64 characters.</value>
    public string Namespace { get; set; } = "platform";

    /// <summary>How much of this process' memory the cache may take.</summary>
    /// <value>In bytes; 128 MiB by default; 0, which keeps nothing in memory, or 1 MiB to 64 GiB.</value>
    public long MemoryBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>The largest value that is cached, in bytes as stored.</summary>
    /// <value>4 MiB by default; 1 KiB to 64 MiB. A larger one is loaded every time and counted.</value>
    public int MaxValueBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long one request waits for Redis before the cache goes on without it.</summary>
    /// <value>50 milliseconds by default; 1 millisecond to 5 seconds.</value>
    public TimeSpan RedisBudget { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the memory may be trusted while other processes' invalidations cannot be heard.</summary>
    /// <value>5 seconds by default; zero to 1 hour.</value>
    public TimeSpan DetachedTtl { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Has values of a type written by <paramref name="codec"/>.</summary>
    public void AddCodec<T>(ICacheCodec<T> codec) => Codecs[typeof(T)] = codec;

    /// <summary>
    /// Whether a value that was loaded before an invalidation is kept out. Only the race harness turns it off, to show that
    /// it would find what the fence prevents.
    /// </summary>
    internal bool Fenced { get; set; } = true;

    /// <summary>How often Redis is asked whether anything was said that was not heard. Only tests change it.</summary>
    internal TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Reads the section <c>Cache</c>.</summary>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static CacheOptions From(IConfiguration configuration)
    {
        var options = new CacheOptions();
        options.MemoryBytes = configuration["Cache:MemoryBytes"] == "0" ? 0 : Number("MemoryBytes", options.MemoryBytes, 1 << 20, 64L << 30);
        options.MaxValueBytes = (int)Number("MaxValueBytes", options.MaxValueBytes, 1 << 10, 64 << 20);
        options.RedisBudget = Time("RedisBudget", options.RedisBudget, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
        options.DetachedTtl = Time("DetachedTtl", options.DetachedTtl, TimeSpan.Zero, TimeSpan.FromHours(1));
        if (configuration["Cache:Namespace"] is { } name)
        {
            options.Namespace = name is { Length: > 0 and <= 64 } && !name.Any(char.IsControl)
                ? name
                : throw new InvalidOperationException("Cache:Namespace must be 1 to 64 characters.");
        }

        return options;

        long Number(string name, long otherwise, long least, long most) => configuration[$"Cache:{name}"] switch
        {
            null => otherwise,
            var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
            _ => throw new InvalidOperationException($"Cache:{name} must be a whole number from {least} to {most}."),
        };

        TimeSpan Time(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most) => configuration[$"Cache:{name}"] switch
        {
            null => otherwise,
            var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= least && time <= most => time,
            _ => throw new InvalidOperationException($"Cache:{name} must be a time from {least:c} to {most:c} written as hh:mm:ss."),
        };
    }
}
