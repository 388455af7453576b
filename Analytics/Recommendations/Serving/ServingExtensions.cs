using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Analytics.Recommendations.Versions;
using Platform.ServiceDefaults;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>Has a service recommend.</summary>
internal static class ServingExtensions
{
    /// <remarks>Beside <see cref="Projections.ProjectionExtensions.AddProjectionReader"/>.</remarks>
    internal static void AddRecommendations(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton<ModelContainers>();
        builder.Services.AddSingleton<CurrentModel>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddMeasurements<ServingTelemetry>();
        builder.Services.AddSingleton<Candidates>();
        builder.Services.AddSingleton<ReaderVectors>();
        builder.Services.AddSingleton<BookCategories>();
        builder.Services.AddSingleton<PopularBooks>();
        builder.Services.AddSingleton<ColdStart>();
        builder.Services.AddSingleton<ReaderRecommendations>();
        builder.Services.AddSingleton<RelatedBooks>();
        builder.Services.AddExceptionHandler<StoreAway>();
    }
}
