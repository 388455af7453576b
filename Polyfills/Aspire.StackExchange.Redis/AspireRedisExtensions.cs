using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds Redis to a service.</summary>
public static class AspireRedisExtensions
{
    private const string SectionName = "Aspire:StackExchange:Redis";

    /// <summary>Registers an <see cref="IConnectionMultiplexer"/>, with a health check and traces.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name under <c>ConnectionStrings</c>, and of the settings' own section.</param>
    /// <param name="configureSettings">Called after the settings are bound and before they are used.</param>
    /// <param name="configureOptions">Called after the options are bound and before the connection is made.</param>
    /// <remarks>
    /// A Redis that does not answer stops nobody (<c>abortConnect</c> is false unless set): the client goes on trying.
    /// A missing connection string is an <see cref="InvalidOperationException"/> naming its settings, at the start of the
    /// service or, with <see cref="StackExchangeRedisSettings.DisableAutoActivation"/>, at the first use. The spans join
    /// the tracer provider that the service registers in its container.
    /// </remarks>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
        => Add(builder, connectionName, serviceKey: null, configureSettings, configureOptions);

    /// <summary>Registers an <see cref="IConnectionMultiplexer"/> by key, with a health check and traces.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="name">The key, the name under <c>ConnectionStrings</c>, and of the settings' own section.</param>
    /// <param name="configureSettings">Called after the settings are bound and before they are used.</param>
    /// <param name="configureOptions">Called after the options are bound and before the connection is made.</param>
    /// <remarks>As <see cref="AddRedisClient"/>.</remarks>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
        => Add(builder, name, serviceKey: name, configureSettings, configureOptions);

    private static void Add(
        IHostApplicationBuilder builder, string connectionName, string? serviceKey,
        Action<StackExchangeRedisSettings>? configureSettings, Action<ConfigurationOptions>? configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = new StackExchangeRedisSettings();
        var section = builder.Configuration.GetSection(SectionName);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        builder.Services.AddKeyedSingleton<IConnectionMultiplexer>(serviceKey, (services, _) =>
        {
            var options = string.IsNullOrWhiteSpace(settings.ConnectionString)
                ? new ConfigurationOptions() : ConfigurationOptions.Parse(settings.ConnectionString);
            options.Defaults = new RetryingDefaults();
            section.GetSection("ConfigurationOptions").Bind(options);
            section.GetSection(connectionName).GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
            if (options.EndPoints.Count == 0)
                throw new InvalidOperationException($"No endpoints specified. Ensure a valid connection string was provided in 'ConnectionStrings:{connectionName}' or for the '{SectionName}:ConnectionString' configuration key.");

            options.LoggerFactory ??= services.GetService<ILoggerFactory>();
            var connection = ConnectionMultiplexer.Connect(options);
            if (!settings.DisableTracing)
                connection.RegisterProfiler(services.GetRequiredService<RedisTraces>().SessionOfCaller);
            return connection;
        });

        if (!settings.DisableAutoActivation)
            builder.Services.AddSingleton<IHostedService>(services => new ConnectAtStart(() => Resolve(services, serviceKey)));
        if (!settings.DisableTracing)
        {
            builder.Services.TryAddSingleton<RedisTraces>();
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(RedisTraces.SourceName));
        }

        var checkName = serviceKey is null ? "StackExchange.Redis" : $"StackExchange.Redis_{serviceKey}";

        // A second check of one name would make the health endpoint throw.
        if (!settings.DisableHealthChecks && builder.Properties.TryAdd($"Aspire.HealthChecks.{checkName}", true))
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                checkName, services => new RedisHealthCheck(() => Resolve(services, serviceKey)), failureStatus: null, tags: null));
        }
    }

    private static IConnectionMultiplexer Resolve(IServiceProvider services, string? serviceKey)
        => services.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey);

    private sealed class RetryingDefaults : DefaultOptionsProvider
    {
        public override bool AbortOnConnectFail => false;
    }
}
