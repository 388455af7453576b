using Platform.CacheMap;
using Platform.Caching;

namespace Platform.Api.Data;

/// <summary>
/// The services' cache as a command reaches it, in a process of its own: to tell them what it changed. Redis need not be
/// there; then the command goes on, and says that they were not told.
/// </summary>
internal sealed class CommandCache : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IHost? _host;
    private bool _wasToldOfAny;

    private CommandCache(IHost? host)
    {
        _host = host;
        Invalidation = new CacheInvalidation(ApplyAsync, TimeProvider.System);
    }

    internal CacheInvalidation Invalidation { get; }

    private CacheManager? Cache => _host?.Services.GetRequiredService<CacheManager>();

    /// <summary>Begins to connect to <c>ConnectionStrings:redis</c>.</summary>
    internal static CommandCache Open()
    {
        var builder = Host.CreateApplicationBuilder();
        // What a command has to say is for people; that Redis is away is said at the end, once.
        builder.Logging.ClearProviders();
        if (string.IsNullOrEmpty(builder.Configuration.GetConnectionString("redis")))
        {
            return new CommandCache(null);
        }

        builder.AddCaching("redis");
        var cache = new CommandCache(builder.Build());
        _ = cache.Cache;
        return cache;
    }

    /// <summary>Waits a little until Redis has heard all; prints a sentence when it has not.</summary>
    internal async Task FinishAsync(TextWriter output)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            // Attached says that nothing is left to tell.
            while (_wasToldOfAny && Cache is not { IsAttached: true })
            {
                await tick.WaitForNextTickAsync(_host is null ? new CancellationToken(canceled: true) : patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            var longest = CachePolicies.All.Max(policy => policy.Ttl);
            var reason = _host is null ? "ConnectionStrings:redis is not set" : "Redis does not answer";
            await output.WriteLineAsync($"The services' cache was not told ({reason}): they may answer what was for up to {longest.TotalMinutes:0} minutes.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }

    private ValueTask ApplyAsync(CacheChanges changes, SeenCommits? seen)
    {
        _wasToldOfAny = true;
        return Cache is { } cache ? changes.ApplyAsync(cache, seen) : ValueTask.CompletedTask;
    }
}
