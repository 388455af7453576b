using Platform.Analytics.Access;
using Platform.Analytics.Forgetting;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Reconciliation;
using Platform.Analytics.Recommendations.Serving;
using Platform.Analytics.Recommendations.Training;
using Platform.ServiceDefaults;

namespace Platform.Analytics;

/// <summary>Takes what happened in the database into Cosmos DB.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ServiceProgram.RunAsync("Analytics", () => Build(args));

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddAccess();
        builder.AddCosmosClients();
        builder.AddEventIngest();
        builder.AddProjections();
        builder.AddRecommendations();
        builder.AddModelTraining();
        builder.AddReconciliation();
        builder.AddForgetting();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseAccess();
        app.MapParked();
        app.MapProjections();
        app.MapRecommendations();
        app.MapReconciliation();
        app.MapForgetting();
        return app;
    }
}
