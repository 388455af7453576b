using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills.AspireClients;

public sealed class AddNpgsqlDbContextTests(Stack stack)
{
    private const string Section = "Aspire:Npgsql:EntityFrameworkCore:PostgreSQL";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_context_queries_and_its_check_is_healthy_under_the_name_of_its_type()
    {
        await using var app = Build(("ConnectionStrings:shelf", await stack.AdminConnectionStringAsync()));
        await using var scope = app.Services.CreateAsyncScope();

        var answer = await scope.ServiceProvider.GetRequiredService<ShelfContext>().Database.SqlQuery<int>($"SELECT 41 + 1 AS \"Value\"").SingleAsync(Cancellation);
        var health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal(42, answer);
        Assert.Equal(HealthStatus.Healthy, Assert.Single(health.Entries, entry => entry.Key == nameof(ShelfContext)).Value.Status);
    }

    [Fact]
    public async Task A_server_that_is_not_there_makes_the_check_unhealthy()
    {
        // The public package's check retries like everything else, for a minute.
        await using var app = Build(("ConnectionStrings:shelf", "Host=127.0.0.1;Port=1;Username=nobody"), ($"{Section}:DisableRetry", "true"));

        var health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal(HealthStatus.Unhealthy, health.Entries[nameof(ShelfContext)].Status);
    }

    [Fact]
    public async Task A_missing_connection_string_is_named_when_the_first_context_is_wanted()
    {
        await using var app = Build();
        await using var scope = app.Services.CreateAsyncScope();

        var failure = Assert.Throws<InvalidOperationException>(scope.ServiceProvider.GetRequiredService<ShelfContext>);

        Assert.Contains("'ConnectionStrings:shelf'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Section}:ShelfContext'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contexts_are_pooled_retry_and_take_the_timeout_of_the_most_specific_section()
    {
        await using var app = Build(
            ("ConnectionStrings:shelf", "Host=nowhere"),
            ($"{Section}:CommandTimeout", "11"),
            ($"{Section}:shelf:CommandTimeout", "12"),
            ($"{Section}:ShelfContext:CommandTimeout", "13"));

        var (first, timeout, retries) = Rent(app);
        var (second, _, _) = Rent(app);

        Assert.Same(first, second);
        Assert.Equal(13, timeout);
        Assert.True(retries);

        static (DbContext Context, int? Timeout, bool Retries) Rent(WebApplication app)
        {
            using var scope = app.Services.CreateScope();
            var context = scope.ServiceProvider.GetRequiredService<ShelfContext>();
            return (context, context.Database.GetCommandTimeout(), context.Database.CreateExecutionStrategy().RetriesOnFailure);
        }
    }

    [Fact]
    public async Task Delegates_have_the_last_word()
    {
        await using var app = Build(
            builder => builder.AddNpgsqlDbContext<ShelfContext>(
                "shelf",
                settings =>
                {
                    settings.ConnectionString = "Host=from-code";
                    settings.DisableRetry = true;
                    settings.DisableHealthChecks = true;
                },
                options => options.UseNpgsql(npgsql => npgsql.CommandTimeout(99))),
            ("ConnectionStrings:shelf", "Host=from-configuration"));
        await using var scope = app.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<ShelfContext>();

        var health = app.Services.GetService<HealthCheckService>();

        Assert.Equal("Host=from-code", context.Database.GetConnectionString());
        Assert.Equal(99, context.Database.GetCommandTimeout());
        Assert.False(context.Database.CreateExecutionStrategy().RetriesOnFailure);
        Assert.Null(health);
    }

    [Fact]
    public void Registering_a_context_twice_is_an_error_in_development_only()
    {
        var development = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        var production = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        development.AddNpgsqlDbContext<ShelfContext>("shelf");
        production.AddNpgsqlDbContext<ShelfContext>("shelf");

        var failure = Record.Exception(() => development.AddNpgsqlDbContext<ShelfContext>("shelf"));
        var again = Record.Exception(() => production.AddNpgsqlDbContext<ShelfContext>("shelf"));

        Assert.IsType<InvalidOperationException>(failure);
        Assert.Null(again);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commands_appear_in_the_traces_unless_turned_off(bool turnedOff)
    {
        var spans = new ConcurrentQueue<string?>();
        await using var app = Build(
            builder =>
            {
                builder.AddNpgsqlDbContext<ShelfContext>("shelf");
                new Telemetry(builder.Services).WithTracing(traces => traces.AddProcessor(new Collecting(spans)));
            },
            ("ConnectionStrings:shelf", await stack.AdminConnectionStringAsync()),
            ($"{Section}:DisableTracing", turnedOff.ToString()));
        app.Services.GetRequiredService<TracerProvider>();
        await using var scope = app.Services.CreateAsyncScope();
        var marker = $"SELECT 7 AS \"{Guid.CreateVersion7():N}\"";

        await scope.ServiceProvider.GetRequiredService<ShelfContext>().Database.ExecuteSqlRawAsync(marker, Cancellation);

        Assert.Equal(turnedOff ? 0 : 1, spans.Count(text => text == marker));
    }

    private static WebApplication Build(params (string Key, string Value)[] settings)
        => Build(builder => builder.AddNpgsqlDbContext<ShelfContext>("shelf"), settings);

    private static WebApplication Build(Action<WebApplicationBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        configure(builder);
        return builder.Build();
    }

    internal sealed class ShelfContext(DbContextOptions<ShelfContext> options) : DbContext(options);

    private sealed class Telemetry(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }

    private sealed class Collecting(ConcurrentQueue<string?> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => spans.Enqueue((data.GetTagItem("db.query.text") ?? data.GetTagItem("db.statement")) as string);
    }
}
