using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using InboxProgram = Platform.AlertInbox.Program;

namespace Platform.Tests.AlertInbox;

/// <summary>The receiver of alerts in development, told what Alertmanager tells.</summary>
public sealed class InboxTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly WebApplication _app = InboxProgram.Build(["--urls", "http://127.0.0.1:0", "--Inbox:Keep", "3", "--Shutdown:Delay", "00:00:00"]);
    private readonly HttpClient _client = new();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(Ct);
        _client.BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task What_came_in_is_told_newest_first_with_its_receiver()
    {
        await TellAsync("page", ("RedisDown", "firing"));
        await TellAsync("page", ("RedisDown", "resolved"));

        var received = await _client.GetFromJsonAsync<JsonElement>("/alerts", Ct);
        var later = await _client.GetFromJsonAsync<JsonElement>("/alerts?after=1", Ct);

        Assert.Equal(["resolved", "firing"], received.EnumerateArray().Select(one => one.GetProperty("alert").GetProperty("status").GetString()!));
        Assert.Equal("page", received[0].GetProperty("receiver").GetString());
        Assert.Equal("RedisDown", received[0].GetProperty("alert").GetProperty("labels").GetProperty("alertname").GetString());
        Assert.Equal(2, Assert.Single(later.EnumerateArray()).GetProperty("number").GetInt64());
    }

    [Fact]
    public async Task The_oldest_leave_when_there_are_too_many()
    {
        await TellAsync("ticket", ("First", "firing"), ("Second", "firing"), ("Third", "firing"), ("Fourth", "firing"));

        var received = await _client.GetFromJsonAsync<JsonElement>("/alerts", Ct);

        Assert.Equal([4, 3, 2], received.EnumerateArray().Select(one => one.GetProperty("number").GetInt64()));
    }

    [Fact]
    public async Task The_page_says_what_fires_and_shows_no_markup_of_others()
    {
        await TellAsync("page", ("<script>alert(1)</script>", "firing"));
        await TellAsync("heartbeat", ("Watchdog", "firing"));

        var page = await _client.GetStringAsync("/", Ct);

        Assert.Contains("1 firing.", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Watchdog", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_runbook_of_an_alert_is_there_and_nothing_else_is()
    {
        var runbook = await _client.GetStringAsync("/docs/runbooks/RedisDown.md", Ct);
        using var unknown = await _client.GetAsync("/docs/runbooks/Nothing.md", Ct);
        using var other = await _client.GetAsync("/docs/runbooks/..%2F..%2Fappsettings.md", Ct);

        Assert.StartsWith("# RedisDown", runbook, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task What_is_no_notification_is_refused()
    {
        using var answer = await _client.PostAsJsonAsync("/alerts", new { hello = "world" }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private async Task TellAsync(string receiver, params (string Name, string Status)[] alerts)
    {
        using var answer = await _client.PostAsJsonAsync(
            "/alerts",
            new
            {
                version = "4",
                groupKey = "{}:{}",
                receiver,
                status = "firing",
                alerts = alerts.Select(alert => new
                {
                    status = alert.Status,
                    labels = new Dictionary<string, string> { ["alertname"] = alert.Name, ["severity"] = "page" },
                    annotations = new Dictionary<string, string> { ["summary"] = "Something is the matter." },
                    startsAt = "2026-01-01T00:00:00Z",
                    endsAt = "0001-01-01T00:00:00Z",
                    generatorURL = "http://localhost:9090/graph",
                    fingerprint = alert.Name,
                }),
            },
            Ct);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
