using System.Diagnostics.Metrics;
using Npgsql;

namespace Platform.Api.Data;

/// <summary>The measurements of statements; in Prometheus <c>platform_database_*</c>.</summary>
internal sealed class QueryTelemetry
{
    private static readonly string[] Operations = ["select", "insert", "update", "delete", "with"];
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failures;

    public QueryTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Platform.Database");
        _duration = meter.CreateHistogram("query_duration_seconds", "s", "Statements until their first row, failed ones too, by the word they begin with.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });
        _failures = meter.CreateCounter<long>("query_failures_total", "{statement}", "Statements that failed, by why.");
        foreach (var reason in new[] { "timeout", "unavailable", "conflict", "other" })
            _failures.Add(0, new("operation", "select"), new("reason", reason));
    }

    internal void Ran(string statement, TimeSpan took) => _duration.Record(took.TotalSeconds, Operation(statement));

    internal void Failed(string statement, TimeSpan took, Exception? error)
    {
        Ran(statement, took);
        _failures.Add(1, Operation(statement), new("reason", Reason(error)));
    }

    // Of few words, so that no text of a statement becomes a label.
    internal static string OperationOf(string statement)
    {
        var text = statement.AsSpan().TrimStart();
        // What EF Core is told to say of a query stands before it.
        while (text.StartsWith("--"))
            text = text.IndexOf('\n') is var end and >= 0 ? text[(end + 1)..].TrimStart() : [];
        foreach (var operation in Operations)
        {
            if (text.StartsWith(operation, StringComparison.OrdinalIgnoreCase))
                return operation;
        }

        return "other";
    }

    private static KeyValuePair<string, object?> Operation(string statement) => new("operation", OperationOf(statement));

    private static string Reason(Exception? error) => error switch
    {
        null or OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } or { InnerException: TimeoutException } => "timeout",
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.LockNotAvailable } => "conflict",
        PostgresException { IsTransient: false } => "other",
        NpgsqlException => "unavailable",
        _ => "other",
    };
}
