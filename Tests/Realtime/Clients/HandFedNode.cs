using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Realtime;
using Platform.Realtime.Access;
using Platform.Realtime.Changes;
using Platform.Realtime.Subscriptions;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Tests.Realtime.Clients;

/// <summary>A node on a real port, whose changes come from the test instead of Redis.</summary>
internal sealed class HandFedNode : IAsyncDisposable
{
    internal const string Epoch = "abc123";

    private readonly Lock _lock = new();
    private readonly List<ChangeEvent> _log = [];
    private readonly WebApplication _app;
    private ulong _lsn = 1_000;

    private HandFedNode(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public Fanout Fanout => _app.Services.GetRequiredService<Fanout>();

    public IServiceProvider Services => _app.Services;

    /// <summary>What is at or before it is not there any more.</summary>
    public ChangePosition Floor { get; set; }

    /// <summary>Ends when the past may be read.</summary>
    public Task MayReadPast { get; set; } = Task.CompletedTask;

    /// <summary>From where the past was read.</summary>
    public ConcurrentQueue<ChangePosition> Readings { get; } = new();

    /// <summary>What a client has who has everything up to now.</summary>
    public string Now => ResumePoint.Id(Fanout.Now().Epoch, Fanout.Now().Cursor);

    public static Task<HandFedNode> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, null, settings);

    /// <param name="api">Who is asked about tokens and rights; nobody when there is none.</param>
    /// <param name="clock">The node's time.</param>
    /// <param name="settings">Configuration.</param>
    public static async Task<HandFedNode> StartAsync(GatedApi? api, TimeProvider? clock, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // Who takes nothing is noticed soon: the kernel keeps little for them.
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endpoint =>
        {
            var listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            listener.SendBufferSize = 8_192;
            return listener;
        });
        foreach (var (key, value) in settings.Prepend(("Shutdown:Delay", "00:00:00")).Prepend(("Api:Address", "http://127.0.0.1:9")).Prepend(("Realtime:CatalogInterval", "00:00:00")))
        {
            builder.Configuration[key] = value;
        }

        builder.AddServiceDefaults();
        builder.AddClients();
        HandFedNode? node = null;
        builder.Services.AddSingleton<ReadHistory>((after, upTo, max, cancellationToken) => node!.ReadAsync(after, upTo, max));
        if (api is not null)
        {
            builder.Services.AddSingleton(services => new PublishedKeys(new HttpClient(api, disposeHandler: false) { BaseAddress = api.Address }, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PublishedKeys>>()));
            builder.Services.AddSingleton(services => new TopicAccess(new HttpClient(api, disposeHandler: false) { BaseAddress = api.Address }, services.GetRequiredService<RealtimeSettings>(), services.GetRequiredService<RealtimeTelemetry>()));
        }

        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapClients();
        node = new HandFedNode(app);
        node.Fanout.Begin(Epoch, new ChangePosition(node._lsn, 0));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return node;
    }

    /// <summary>Something is committed.</summary>
    /// <returns>Its id, as clients know it.</returns>
    public string Commit(string data, params string[] topics)
    {
        lock (_lock)
        {
            var change = new ChangeEvent(new ChangePosition(_lsn += 10, 1), topics, "update", DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(data));
            _log.Add(change);
            Fanout.Deliver(change);
            return ResumePoint.Id(Fanout.Epoch, change.Id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private async Task<ChangePage> ReadAsync(ChangePosition after, ChangePosition upTo, int max)
    {
        Readings.Enqueue(after);
        await MayReadPast;
        lock (_lock)
        {
            var events = _log.Where(change => change.Id > after && change.Id > Floor && change.Id <= upTo).Take(max).ToList();
            return new ChangePage(events, events.Count == max ? events[^1].Id : upTo, Floor);
        }
    }
}
