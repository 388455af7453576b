using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Tests.Support;

namespace Platform.Tests.ServiceDefaults;

public sealed class DrainingTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_request_in_flight_when_the_stop_begins_is_finished()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var finish = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await TestService.StartAsync(app => app.MapGet("/slow", () =>
        {
            entered.TrySetResult();
            return finish.Task;
        }));
        var request = service.Client.GetAsync(new Uri("/slow", UriKind.Relative), TestContext.Current.CancellationToken);
        await entered.Task.WaitAsync(Soon, TestContext.Current.CancellationToken);

        var stopped = service.App.StopAsync(TestContext.Current.CancellationToken);
        var stoppedEarly = stopped.IsCompleted;
        finish.SetResult("done");
        var response = await request;
        await stopped.WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.False(stoppedEarly);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("done", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Readiness_turns_unhealthy_first_while_requests_are_still_answered()
    {
        var clock = new ManualClock();
        await using var service = await TestService.StartAsync(
            app => app.MapGet("/books", () => "books"),
            builder => builder.Services.AddSingleton<TimeProvider>(clock),
            ("Shutdown:Delay", "00:00:05"));

        var stopped = service.App.StopAsync(TestContext.Current.CancellationToken);
        var (health, body) = await service.GetJsonAsync("/health");
        var (alive, _) = await service.GetJsonAsync("/alive");
        var books = await service.Client.GetStringAsync(new Uri("/books", UriKind.Relative), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(5));
        await stopped.WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health);
        Assert.Equal("unhealthy", body.GetProperty("checks").GetProperty("accepting").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, alive);
        Assert.Equal("books", books);
    }

    [Theory]
    [InlineData("Shutdown:Delay", "soon")]
    [InlineData("Shutdown:Timeout", "00:00:00")]
    [InlineData("Requests:Timeout", "-1")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost")]
    public void A_setting_that_makes_no_sense_stops_the_start_and_is_named(string key, string value)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration[key] = value;

        var error = Assert.Throws<InvalidOperationException>(() => builder.AddServiceDefaults());

        Assert.StartsWith(key, error.Message, StringComparison.Ordinal);
    }
}
