using System.Data.Common;
using Aspire.Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds Azure Cosmos DB to a service.</summary>
public static class AspireMicrosoftAzureCosmosExtensions
{
    private const string SectionName = "Aspire:Microsoft:Azure:Cosmos";

    /// <summary>Registers a <see cref="CosmosClient"/>, with traces.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name under <c>ConnectionStrings</c>, and of the settings' own section.</param>
    /// <param name="configureSettings">Called after the settings are bound and before they are used.</param>
    /// <param name="configureClientOptions">Called before the client is made.</param>
    /// <remarks>
    /// An emulator is spoken to at its one address, in gateway mode. A missing connection string is an
    /// <see cref="InvalidOperationException"/> naming its settings, at the first use.
    /// </remarks>
    public static void AddAzureCosmosClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MicrosoftAzureCosmosSettings>? configureSettings = null,
        Action<CosmosClientOptions>? configureClientOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        Add(builder, connectionName, serviceKey: null, configureSettings, configureClientOptions);
    }

    /// <summary>Registers a <see cref="CosmosClient"/> under a key, with traces.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="name">The key, which is the name under <c>ConnectionStrings</c> as well, and of the settings' own section.</param>
    /// <param name="configureSettings">Called after the settings are bound and before they are used.</param>
    /// <param name="configureClientOptions">Called before the client is made.</param>
    /// <inheritdoc cref="AddAzureCosmosClient" path="/remarks" />
    public static void AddKeyedAzureCosmosClient(
        this IHostApplicationBuilder builder,
        [ServiceKey] string name,
        Action<MicrosoftAzureCosmosSettings>? configureSettings = null,
        Action<CosmosClientOptions>? configureClientOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Add(builder, name, name, configureSettings, configureClientOptions);
    }

    private static void Add(
        IHostApplicationBuilder builder, string connectionName, string? serviceKey, Action<MicrosoftAzureCosmosSettings>? configureSettings, Action<CosmosClientOptions>? configureClientOptions)
    {
        var settings = new MicrosoftAzureCosmosSettings();
        var section = builder.Configuration.GetSection(SectionName);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);
        if (!settings.DisableTracing)
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("Azure.Cosmos.Operation"));

        builder.Services.AddKeyedSingleton(serviceKey, (_, _) =>
        {
            if (string.IsNullOrWhiteSpace(settings.ConnectionString))
                throw new InvalidOperationException($"A CosmosClient could not be configured. Ensure valid connection information was provided in 'ConnectionStrings:{connectionName}' or for the '{SectionName}:ConnectionString' configuration key.");
            var options = new CosmosClientOptions { CosmosClientTelemetryOptions = new() { DisableDistributedTracing = settings.DisableTracing } };
            // What a database's or a container's connection string has besides is for whoever asks for those.
            var parts = new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString };
            if (IsEmulator(parts))
                (options.ConnectionMode, options.LimitToEndpoint) = (ConnectionMode.Gateway, true);
            configureClientOptions?.Invoke(options);
            parts.Remove("Database");
            parts.Remove("Container");
            return new CosmosClient(parts.ConnectionString, options);
        });
    }

    // The published key is no real account's.
    private static bool IsEmulator(DbConnectionStringBuilder parts) =>
        parts.TryGetValue("AccountKey", out var key) && key is "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
}
