using Npgsql;
using Platform.Caching;
using Platform.ServiceDefaults;

namespace Platform.Api.Data;

/// <summary>Registers the platform database.</summary>
internal static class DataExtensions
{
    // Connections for what is no request: expiry, counts, embeddings, payments on their way.
    private const int UnaskedFor = 16;

    /// <summary>Adds <see cref="PlatformDbContext"/> on <c>ConnectionStrings:platform</c>, which names the role <c>platform_app</c>.</summary>
    /// <exception cref="InvalidOperationException">The connection string is missing or unreadable.</exception>
    internal static void AddPlatformData(this WebApplicationBuilder builder)
    {
        var limits = DatabaseLimits.From(builder.Configuration);
        builder.Services.AddSingleton(limits);
        var connectionString = FailFast(builder.Configuration.GetConnectionString("platform"), limits);
        builder.Services.AddMeasurements<DatabaseAdmission>();
        builder.AddNpgsqlDbContext<PlatformDbContext>("platform",
            settings =>
            {
                settings.ConnectionString = connectionString;
                // A request that repeats what failed would outlast its caller's patience; the caller repeats it.
                settings.DisableRetry = true;
            },
            PlatformDbContext.Configure);
        builder.Services.AddSingleton(services => new CacheInvalidation((changes, seen) => changes.ApplyAsync(services.GetRequiredService<CacheManager>(), seen), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<CacheInvalidationInterceptor>();
        builder.Services.AddMeasurements<QueryTelemetry>();
        builder.Services.AddSingleton<QueryTelemetryInterceptor>();
        builder.Services.ConfigureDbContext<PlatformDbContext>(
            (services, options) => options.AddInterceptors(
                services.GetRequiredService<CacheInvalidationInterceptor>(), services.GetRequiredService<QueryTelemetryInterceptor>(), new AdmissionInterceptor(), new TraceInterceptor()), ServiceLifetime.Singleton);
    }

    // What the connection string says goes before what is said here.
    private static string FailFast(string? configured, DatabaseLimits limits)
    {
        NpgsqlConnectionStringBuilder connectionString;
        try
        {
            connectionString = new NpgsqlConnectionStringBuilder(configured);
        }
        catch (ArgumentException)
        {
            // Its message would quote the text, which holds a password.
            throw new InvalidOperationException("ConnectionStrings:platform is not a PostgreSQL connection string.");
        }

        if (string.IsNullOrEmpty(connectionString.Host))
        {
            throw new InvalidOperationException("ConnectionStrings:platform is not set: the Api connects by it as platform_app.");
        }

        // In seconds: for a free connection of the pool, or a new one.
        Default("Timeout", () => connectionString.Timeout = limits.ConnectSeconds);
        Default("Maximum Pool Size", () => connectionString.MaxPoolSize = limits.ConcurrentRequests + UnaskedFor);
        // A connection without prepared statements is reset by DISCARD ALL, which throws away the plans inside the
        // search functions as well: planning them costs more than running them.
        Default("Max Auto Prepare", () => connectionString.MaxAutoPrepare = 100);
        // The server ends a statement before its request runs out of time (DatabaseDeadline), and looks every second
        // whether whoever asked is still there.
        Default("Options", () => connectionString.Options = $"-c statement_timeout={limits.StatementMilliseconds} -c client_connection_check_interval=1000");
        return connectionString.ConnectionString;

        void Default(string keyword, Action set)
        {
            if (!connectionString.ShouldSerialize(keyword))
            {
                set();
            }
        }
    }
}
