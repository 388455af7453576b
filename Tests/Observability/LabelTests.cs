using System.Text.RegularExpressions;

namespace Platform.Tests.Observability;

/// <summary>Labels are few: whoever calls cannot make more, and none tells of somebody.</summary>
public sealed partial class LabelTests(MeasuredStack stack) : IClassFixture<MeasuredStack>
{
    private const int MostSeriesOfOneMetric = 2_000;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_label_holds_an_id_an_address_or_a_connection_string()
    {
        var telling = (await stack.SeriesAsync("{job=~\"api|realtime|analytics\"}"))
            .SelectMany(series => series.Where(label => label.Value.Length > 120 || Telling().IsMatch(label.Value)).Select(label => $"{series["__name__"]} {label.Key}={label.Value}")).Distinct();

        Assert.Empty(telling);
    }

    [Fact]
    public async Task No_metric_of_a_service_has_very_many_series()
    {
        var many = await stack.SeriesAsync($"count by (__name__, job, instance) ({{job=~\"api|realtime|analytics\"}}) > {MostSeriesOfOneMetric}");

        Assert.Empty(many.Select(series => series["__name__"]));
    }

    [Fact]
    public async Task However_odd_requests_are_they_make_no_more_series()
    {
        await AskOddlyAsync(0);
        var before = await SeriesOfRequestsAsync();

        await AskOddlyAsync(40);
        var after = await SeriesOfRequestsAsync();

        Assert.Empty(after.Except(before));
    }

    private async Task AskOddlyAsync(int from)
    {
        for (var i = from; i < from + 40; i++)
        {
            foreach (var (method, path) in new[] { ("GET", $"/nowhere/{i}"), ($"ODD{i}", "/api/v1/books"), ("GET", $"/api/v1/search?q=odd{i}"), ("GET", $"/api/v1/books/{Guid.CreateVersion7()}"), ("POST", $"/api/v1/odd-{i}") })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.TryAddWithoutValidation("Idempotency-Key", $"odd-{i}");
                using var answer = await stack.Api.SendAsync(request, Ended);
            }
        }
    }

    // What is measured of requests, and of what they cause; the traffic beside goes on.
    private async Task<HashSet<string>> SeriesOfRequestsAsync() =>
        [.. (await stack.Api.GetStringAsync("/metrics", Ended)).Split('\n').Where(line => OfRequests().IsMatch(line)).Select(line => line[..line.LastIndexOf(' ')])
            .Where(series => series.Contains("_OTHER", StringComparison.Ordinal) || !series.Contains("http_route", StringComparison.Ordinal) || series.Contains("/search", StringComparison.Ordinal))];

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}|Host=|Password|@|odd[0-9]", RegexOptions.IgnoreCase)]
    private static partial Regex Telling();

    [GeneratedRegex("^(microsoft_aspnetcore_hosting|platform_catalog|platform_database|cache_|npgsql_)[a-z_]+(_count|_total|_requests)(\\{| )")]
    private static partial Regex OfRequests();
}
