using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.Analytics.Access;

namespace Platform.Analytics.Reconciliation;

/// <summary>Has a service compare its event store with the database.</summary>
internal static class ReconciliationExtensions
{
    private const string Path = "/analytics/reconcile";

    /// <summary>Besides the ingest.</summary>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddReconciliation(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(ReconciliationOptions.From(builder.Configuration));
        builder.Services.AddSingleton<ReconciliationTelemetry>();
        // The one that may read what is published.
        builder.Services.AddSingleton(_ => new NpgsqlDataSourceBuilder(builder.Configuration.GetConnectionString("platform-replicator")) { Name = "reconciliation" }.Build());
        builder.Services.AddSingleton<Reconciler>();
        builder.Services.AddSingleton<Reconciliation>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Reconciliation>());
    }

    internal static void MapReconciliation(this IEndpointRouteBuilder app)
    {
        app.MapPost(Path, Request).ForAdministrators();
        app.MapGet(Path, (Reconciliation reconciliation) => reconciliation.Last is { } last ? Results.Ok(last) : Results.NoContent()).ForAdministrators();
    }

    private static Results<Accepted, ProblemHttpResult> Request(Reconciliation reconciliation)
    {
        if (!reconciliation.IsHere)
            return TypedResults.Problem("The instance that reads the changes compares them. This one does not; ask another.", statusCode: StatusCodes.Status409Conflict);
        reconciliation.Request();
        return TypedResults.Accepted(Path);
    }
}
