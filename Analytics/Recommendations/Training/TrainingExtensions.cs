using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>Has a service train models, and use them.</summary>
internal static class TrainingExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddModelTraining(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Parameters.Default);
        builder.Services.AddSingleton(TrainingOptions.From(builder.Configuration));
        builder.Services.TryAddSingleton<ModelContainers>();
        builder.Services.AddSingleton<ModelStore>();
        builder.Services.AddSingleton<OldVersions>();
        builder.Services.AddSingleton<TrainingTelemetry>();
        builder.Services.AddSingleton<ModelTrainer>();
        builder.Services.AddHostedService<ModelTraining>();
        builder.Services.AddHostedService<ModelFollower>();
    }
}
