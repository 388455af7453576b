using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.ChangeStream;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds a reader of changes to a service.</summary>
public static class ChangeStreamExtensions
{
    /// <summary>
    /// Registers a <see cref="ChangeStreamReader"/> of the database of <c>ConnectionStrings:{connectionName}</c>, with settings
    /// from the section <c>ChangeStream</c>, its metrics and its health check. The database need not be there when the service starts.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name under <c>ConnectionStrings</c>.</param>
    /// <param name="configure">Sets what the settings may overrule: slot, publication, what is wanted of the stream.</param>
    /// <param name="failureStatus">What the service is while the stream cannot be read: degraded when it can serve all the same.</param>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    public static void AddChangeStream(this IHostApplicationBuilder builder, string connectionName, Action<ChangeStreamOptions> configure, HealthStatus failureStatus = HealthStatus.Unhealthy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ChangeStreamOptions();
        configure(options);
        builder.Configuration.GetSection("ChangeStream").Bind(options);
        options.ConnectionString = builder.Configuration.GetConnectionString(connectionName) is { Length: > 0 } connection
            ? connection
            : throw new InvalidOperationException($"ConnectionStrings:{connectionName} is not set. The AppHost sets it with WithReference.");
        try
        {
            options.Validate();
            _ = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (ArgumentException e)
        {
            // Without its text, which may quote the password.
            throw new InvalidOperationException($"ConnectionStrings:{connectionName} is not a connection string that can be used.", e);
        }
        catch (ValidationException e)
        {
            throw new InvalidOperationException($"ChangeStream:{e.ValidationResult.MemberNames.FirstOrDefault()} is not usable. {e.Message}", e);
        }

        builder.Services.AddSingleton(services => new ChangeStreamReader(
            options, services.GetRequiredService<IMeterFactory>().Create(ChangeStreamTelemetry.MeterName), services.GetService<ILogger<ChangeStreamReader>>(), services.GetService<TimeProvider>()));
        builder.Services.AddHealthChecks().AddCheck<ChangeStreamHealth>("change stream", failureStatus);
    }
}
