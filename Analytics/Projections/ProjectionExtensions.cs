using Platform.Analytics.Projections.Generations;

namespace Platform.Analytics.Projections;

/// <summary>Has a service keep projections of the events, and ask them.</summary>
internal static class ProjectionExtensions
{
    /// <summary>What it takes to ask them, and to ask for new ones.</summary>
    internal static void AddProjectionReader(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ProjectionContainers>();
        builder.Services.AddSingleton(services => new GenerationStore(services.GetRequiredService<ProjectionContainers>().State));
        builder.Services.AddSingleton<ProjectionReader>();
    }

    /// <summary>What it takes to keep them, beside <see cref="AddProjectionReader"/>.</summary>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddProjections(this IHostApplicationBuilder builder)
    {
        builder.AddProjectionReader();
        builder.Services.AddSingleton(ProjectionOptions.From(builder.Configuration));
        builder.Services.AddSingleton<ProjectionTelemetry>();
        builder.Services.AddHostedService<ProjectionWorker>();
    }
}
