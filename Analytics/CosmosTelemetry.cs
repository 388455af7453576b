using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Platform.Analytics;

/// <summary>What is measured of requests to Cosmos DB; in Prometheus <c>cosmos_*</c>. The names are a contract.</summary>
internal sealed class CosmosTelemetry
{
    /// <summary>The name of the meter; exporters must be told of it.</summary>
    internal const string MeterName = "Cosmos";

    private readonly Counter<long> _requests;
    private readonly Counter<double> _units;
    private readonly Histogram<double> _duration;

    // Clients are configured before there is a container that could make the meter.
    internal CosmosTelemetry(Meter meter)
    {
        _requests = meter.CreateCounter<long>("requests_total", "{request}", "Requests, each attempt, by operation and status.");
        _units = meter.CreateCounter<double>("request_units_total", "{unit}", "Request units they cost.");
        _duration = meter.CreateHistogram("request_duration_seconds", "s", "Each attempt.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    }

    /// <summary>A handler that measures what goes through it: every request where the client speaks by the gateway, as it does to emulators.</summary>
    internal DelegatingHandler Measuring(HttpMessageHandler inner)
    {
        // What is waited for, so that it is 0 and not unknown until it happens.
        _requests.Add(0, Operation("batch"), Status("429"));
        return new Handler(this) { InnerHandler = inner };
    }

    private static KeyValuePair<string, object?> Operation(string name) => new("operation", name);

    private static KeyValuePair<string, object?> Status(string status) => new("status", status);

    // https://learn.microsoft.com/rest/api/cosmos-db: what a request does is in its method and its headers.
    private static string OperationOf(HttpRequestMessage request)
    {
        if (request.RequestUri?.AbsolutePath.Contains("/docs", StringComparison.Ordinal) != true)
            return "other";
        return request.Method.Method switch
        {
            "GET" => request.Headers.Contains("A-IM") ? "feed" : "read",
            "PUT" => "replace",
            "PATCH" => "patch",
            "DELETE" => "delete",
            "POST" when request.Headers.Contains("x-ms-documentdb-isquery") || request.Headers.Contains("x-ms-documentdb-query-iscontinuationexpected") => "query",
            "POST" when request.Headers.Contains("x-ms-cosmos-is-batch-request") => "batch",
            "POST" when request.Headers.Contains("x-ms-documentdb-is-upsert") => "upsert",
            "POST" => "create",
            _ => "other",
        };
    }

    private void Asked(HttpRequestMessage request, HttpResponseMessage? response, long started)
    {
        var operation = Operation(OperationOf(request));
        _duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, operation);
        _requests.Add(1, operation, Status(response is null ? "unreachable" : ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)));
        if (response?.Headers.TryGetValues("x-ms-request-charge", out var charges) == true
            && double.TryParse(charges.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var charge))
        {
            _units.Add(charge, operation);
        }
    }

    private sealed class Handler(CosmosTelemetry telemetry) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var started = Stopwatch.GetTimestamp();
            HttpResponseMessage? response = null;
            try
            {
                return response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                telemetry.Asked(request, response, started);
            }
        }
    }
}
