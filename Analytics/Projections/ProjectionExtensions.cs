namespace Platform.Analytics.Projections;

/// <summary>Has a service keep projections of the events.</summary>
internal static class ProjectionExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddProjections(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(ProjectionOptions.From(builder.Configuration));
        builder.Services.AddSingleton<ProjectionTelemetry>();
        builder.Services.AddSingleton<ProjectionContainers>();
        builder.Services.AddSingleton<ProjectionReader>();
        builder.Services.AddHostedService<ProjectionWorker>();
    }
}
