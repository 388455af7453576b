namespace Platform.Api.Data;

/// <summary>Registers the platform database.</summary>
internal static class DataExtensions
{
    internal static void AddPlatformData(this WebApplicationBuilder builder) =>
        builder.AddNpgsqlDbContext<PlatformDbContext>("platform",
            settings => settings.DisableRetry = true,
            PlatformDbContext.Configure);
}
