using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Polyfills.AspireClients;

public sealed class AddRedisClientTests(Stack stack)
{
    private const string Section = "Aspire:StackExchange:Redis";
    private const string Nowhere = "127.0.0.1:1,connectTimeout=500,syncTimeout=500,asyncTimeout=500";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_connection_is_shared_and_its_check_is_healthy()
    {
        await using var app = Build(("ConnectionStrings:cache", await stack.RedisConnectionStringAsync()));

        var redis = app.Services.GetRequiredService<IConnectionMultiplexer>();
        var ping = await redis.GetDatabase().PingAsync();
        var health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Same(redis, app.Services.GetRequiredService<IConnectionMultiplexer>());
        Assert.True(ping > TimeSpan.Zero);
        Assert.Equal(HealthStatus.Healthy, health.Entries["StackExchange.Redis"].Status);
    }

    [Fact]
    public async Task Keyed_connections_live_side_by_side_each_with_its_check()
    {
        var redis = await stack.RedisConnectionStringAsync();
        await using var app = Build(
            builder =>
            {
                builder.AddKeyedRedisClient("here");
                builder.AddKeyedRedisClient("gone");
            },
            ("ConnectionStrings:here", redis), ("ConnectionStrings:gone", Nowhere));

        var here = app.Services.GetRequiredKeyedService<IConnectionMultiplexer>("here");
        var health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.True(here.IsConnected);
        Assert.Null(app.Services.GetService<IConnectionMultiplexer>());
        Assert.Equal(HealthStatus.Healthy, health.Entries["StackExchange.Redis_here"].Status);
        Assert.Equal(HealthStatus.Unhealthy, health.Entries["StackExchange.Redis_gone"].Status);
    }

    [Fact]
    public async Task A_service_starts_without_its_Redis()
    {
        await using var app = Build(("ConnectionStrings:cache", Nowhere));

        await app.StartAsync(Cancellation);
        var connected = app.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected;
        await app.StopAsync(Cancellation);

        Assert.False(connected);
    }

    [Fact]
    public async Task A_missing_connection_string_stops_the_service_at_its_start_and_is_named()
    {
        await using var app = Build();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(Cancellation));

        Assert.Contains("'ConnectionStrings:cache'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Section}:ConnectionString'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_auto_activation_a_missing_connection_string_shows_at_the_first_use()
    {
        await using var app = Build(($"{Section}:DisableAutoActivation", "true"));

        await app.StartAsync(Cancellation);
        var failure = Record.Exception(app.Services.GetRequiredService<IConnectionMultiplexer>);
        await app.StopAsync(Cancellation);

        Assert.IsType<InvalidOperationException>(failure);
    }

    [Fact]
    public async Task Options_come_from_the_sections_and_the_delegate_has_the_last_word()
    {
        ConfigurationOptions? seen = null;
        await using var app = Build(
            builder => builder.AddRedisClient("cache", configureOptions: options =>
            {
                seen = options;
                options.ClientName = "from code";
            }),
            ("ConnectionStrings:cache", Nowhere + ",name=from-string"),
            ($"{Section}:ConfigurationOptions:KeepAlive", "17"),
            ($"{Section}:ConfigurationOptions:DefaultDatabase", "1"),
            ($"{Section}:cache:ConfigurationOptions:DefaultDatabase", "2"));

        app.Services.GetRequiredService<IConnectionMultiplexer>();

        Assert.NotNull(seen);
        Assert.Equal((17, 2, "from code", false), (seen.KeepAlive, seen.DefaultDatabase, seen.ClientName, seen.AbortOnConnectFail));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commands_become_spans_under_the_span_of_their_caller_unless_turned_off(bool turnedOff)
    {
        using var source = new ActivitySource("the caller " + turnedOff);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate == source || candidate.Name == "OpenTelemetry.Instrumentation.StackExchangeRedis",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var app = Build(
            ("ConnectionStrings:cache", await stack.RedisConnectionStringAsync()), ($"{Section}:DisableTracing", turnedOff.ToString()));
        var db = app.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        ActivityContext caller;
        using (var activity = source.StartActivity("work"))
        {
            caller = activity!.Context;
            await db.StringGetAsync("tests:nothing");
        }

        await app.DisposeAsync();
        var span = spans.SingleOrDefault(span => span.ParentSpanId == caller.SpanId);

        Assert.Equal(turnedOff, span is null);
        Assert.True(span is null || (span.DisplayName, span.Kind, span.TraceId) == ("GET", ActivityKind.Client, caller.TraceId));
        Assert.True(span is null || (string?)span.GetTagItem("db.system") == "redis" && span.GetTagItem("server.port") is int and > 0);
        Assert.True(span is null || span.Duration > TimeSpan.Zero);
    }

    private static WebApplication Build(params (string Key, string Value)[] settings)
        => Build(builder => builder.AddRedisClient("cache"), settings);

    private static WebApplication Build(Action<WebApplicationBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        configure(builder);
        return builder.Build();
    }
}
