using System.Globalization;
using System.Net;

namespace Platform.Tests.Realtime.Clients;

public sealed class ClientMetricsTests
{
    private const string Book = "books/0199f000-0000-7000-8000-0000000000aa";

    [Fact]
    public async Task What_clients_are_told_is_counted_under_the_names_that_are_documented()
    {
        await using var node = await HandFedNode.StartAsync();
        await using var client = await ChangesClient.ConnectAsync(node.Address);
        await client.SubscribeAsync(Book);
        await client.SubscribeAsync("catalog", "fff999:5-1");
        using var http = new HttpClient { BaseAddress = node.Address };
        using var refused = await http.GetAsync("/changes?topics=catalog&access_token=nonsense", TestContext.Current.CancellationToken);

        node.Commit("{}", Book);
        await client.ToldAsync(2);

        var metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.All(
            ["realtime_connections", "realtime_subscriptions", "realtime_delivered_total", "realtime_gaps_total{reason=\"history\"}", "realtime_refused_total{reason=\"token\"}"],
            name => Assert.True(Value(metrics, name) >= 1, $"{name} is not there:\n{metrics}"));
    }

    private static double Value(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))
        .DefaultIfEmpty(double.NaN).Max();
}
