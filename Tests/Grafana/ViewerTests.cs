using System.Net;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>What the viewer answers, and what it refuses.</summary>
public sealed class ViewerTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/datasources/proxy/uid/prometheus/api/v1/admin/tsdb/snapshot")]
    [InlineData("POST", "/api/datasources/proxy/uid/prometheus/-/reload")]
    [InlineData("POST", "/api/datasources/proxy/uid/prometheus/api/v1/query/../admin/tsdb/delete_series")]
    [InlineData("POST", "/api/datasources/proxy/uid/prometheus/api/v1/query%2F..%2Fadmin%2Ftsdb%2Fdelete_series")]
    public async Task Nothing_but_questions_reaches_prometheus(string method, string path)
    {
        await using var prometheus = await FixedPrometheus.StartAsync([]);
        await using var viewer = await ViewerProcess.StartAsync(DashboardFile.Folder, prometheus.Address);
        using var client = viewer.CreateClient();

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(prometheus.Asked);
    }

    [Fact]
    public async Task A_site_whose_name_points_here_is_not_answered()
    {
        await using var viewer = await ViewerProcess.StartAsync(DashboardFile.Folder, "http://127.0.0.1:9");
        using var client = viewer.CreateClient();
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api/search") { Headers = { Host = "evil.example" } };

        using var answer = await client.SendAsync(asked, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_prometheus_that_is_away_is_said_to_be()
    {
        await using var viewer = await ViewerProcess.StartAsync(DashboardFile.Folder, "http://127.0.0.1:9");
        using var client = viewer.CreateClient();

        using var answer = await client.GetAsync("/api/datasources/proxy/uid/prometheus/api/v1/query?query=up", Ct);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("Prometheus cannot be reached", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "title": "No uid", "panels": [] }""", "it needs a uid")]
    [InlineData("""{ "uid": "a", """, "cannot be read")]
    [InlineData("""{ "uid": 7, "title": "A number", "panels": [] }""", "cannot be read")]
    public async Task A_file_that_is_no_dashboard_stops_it_at_the_start(string text, string why)
    {
        var folder = Directory.CreateTempSubdirectory("dashboards-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "broken.json"), text, Ct);

        var (exitCode, error) = await ServiceRun.ToEndAsync("Emulators.Grafana", new() { ["Grafana:Dashboards"] = folder.FullName, ["PROMETHEUS_URL"] = "http://127.0.0.1:9" }, "--urls", "http://127.0.0.1:0");

        folder.Delete(recursive: true);
        Assert.Equal(1, exitCode);
        Assert.Contains("broken.json", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Grafana:Dashboards", "/nowhere")]
    [InlineData("PROMETHEUS_URL", "localhost:9090")]
    public async Task A_setting_that_cannot_be_used_is_named(string name, string value)
    {
        var settings = new Dictionary<string, string?> { ["Grafana:Dashboards"] = DashboardFile.Folder, ["PROMETHEUS_URL"] = "http://127.0.0.1:9", [name] = value };

        var (exitCode, error) = await ServiceRun.ToEndAsync("Emulators.Grafana", settings, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, exitCode);
        Assert.Contains(name, error, StringComparison.Ordinal);
    }
}
