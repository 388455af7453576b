using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Platform.Tests.ServiceDefaults;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_names_every_dependency_with_status_and_duration()
    {
        await using var service = await TestService.StartAsync(configure: builder => builder.Services.AddHealthChecks()
            .AddCheck("postgres", () => HealthCheckResult.Healthy("17.11"))
            .AddCheck("redis", () => HealthCheckResult.Degraded("slow")));

        var (status, body) = await service.GetJsonAsync("/health");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("degraded", body.GetProperty("status").GetString());
        Assert.True(TimeSpan.TryParse(body.GetProperty("duration").GetString(), out _));
        var checks = body.GetProperty("checks");
        Assert.Equal(["healthy", "17.11"], Strings(checks.GetProperty("postgres"), "status", "description"));
        Assert.Equal(["degraded", "slow"], Strings(checks.GetProperty("redis"), "status", "description"));
        Assert.True(TimeSpan.TryParse(checks.GetProperty("redis").GetProperty("duration").GetString(), out _));
    }

    [Fact]
    public async Task A_failed_dependency_makes_health_503_but_the_process_stays_alive()
    {
        await using var service = await TestService.StartAsync(configure: builder => builder.Services.AddHealthChecks()
            .AddCheck("postgres", () => HealthCheckResult.Unhealthy()));

        var (health, _) = await service.GetJsonAsync("/health");
        var (alive, body) = await service.GetJsonAsync("/alive");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health);
        Assert.Equal(HttpStatusCode.OK, alive);
        Assert.Equal(["self"], body.GetProperty("checks").EnumerateObject().Select(check => check.Name));
    }

    [Fact]
    public async Task No_secret_of_an_exception_reaches_the_answer()
    {
        await using var service = await TestService.StartAsync(configure: builder => builder.Services.AddHealthChecks()
            .AddCheck("thrown", () => throw new NpgsqlException("Host=db;Password=hunter2", new SocketException((int)SocketError.ConnectionRefused)))
            .AddCheck("reported", () => HealthCheckResult.Unhealthy("Password=hunter2", new InvalidOperationException("Password=hunter2"))));

        var (_, body) = await service.GetJsonAsync("/health");

        Assert.DoesNotContain("hunter2", body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["NpgsqlException: ConnectionRefused"], Strings(body.GetProperty("checks").GetProperty("thrown"), "description"));
    }

    [Fact]
    public async Task A_check_that_hangs_is_cut_off()
    {
        await using var service = await TestService.StartAsync(configure: builder => builder.Services.AddHealthChecks()
            .AddAsyncCheck("frozen", async cancellation =>
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellation);
                return HealthCheckResult.Healthy();
            }));

        var (status, body) = await service.GetJsonAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("unhealthy", body.GetProperty("checks").GetProperty("frozen").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Metrics_are_served_in_either_text_format()
    {
        await using var service = await TestService.StartAsync();
        using var openMetrics = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        openMetrics.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");

        var plain = await service.Client.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        var open = await service.Client.SendAsync(openMetrics, TestContext.Current.CancellationToken);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType?.ToString());
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType?.ToString());
        Assert.Contains("process_cpu_seconds_total", await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", await open.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string[] Strings(JsonElement element, params string[] names) =>
        [.. names.Select(name => element.GetProperty(name).GetString() ?? "null")];
}
