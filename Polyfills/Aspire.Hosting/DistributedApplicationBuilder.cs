using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless;
using Aspire.Hosting.Engineless.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <inheritdoc/>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;

    /// <summary>Begins an application.</summary>
    /// <param name="args">The command line.</param>
    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>Begins an application.</summary>
    /// <param name="options">How it is made.</param>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var test = EntryPoint.Current;
        var settings = new HostApplicationBuilderSettings();
        test?.Configure(options, settings);

        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory
            ?? AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(m => m.Key == "apphostprojectpath")?.Value
            ?? Directory.GetCurrentDirectory();

        var args = options.Args ?? [];
        var folders = new AppHostFolders(AppHostDirectory, isVolatile: test is not null);
        settings.Args = [.. args.Where(arg => arg is not (AppHostFolders.ResetArgument or DashboardSwitch.OffArgument))];
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        settings.ContentRootPath ??= AppHostDirectory;
        settings.EnvironmentName ??= test is null ? null : Environments.Development;
        _host = Host.CreateApplicationBuilder(settings);
        if (test is not null)
            Configuration.AddInMemoryCollection([new(PortAllocator.RandomizeSetting, Configuration[PortAllocator.RandomizeSetting] ?? "true")]);
        if (args.Contains(AppHostFolders.ResetArgument))
            folders.Reset();
        Configuration.Sources.Insert(0, new GeneratedSecrets.Source(folders));
        ((IConfigurationRoot)Configuration).Reload();

        ExecutionContext = new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run);
        _host.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // RunAsync tells why a start failed, in one sentence
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _host.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = Orchestrator.ShutdownTimeout + TimeSpan.FromSeconds(1));
        Services.Configure<ResourceNotificationServiceOptions>(o => o.DefaultWaitBehavior = WaitBehavior.StopOnResourceUnavailable);
        Services.AddHealthChecks();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(_ => folders); // by a factory, so that it is disposed of
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Eventing);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton<PortAllocator>();
        Services.AddSingleton<HealthMonitor>();
        Services.AddSingleton<ProcessLauncher>();
        Services.AddSingleton<ResourceProcesses>();
        Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<ResourceNotificationService>(), services.GetRequiredService<ResourceLoggerService>(), services));
        Services.AddSingleton<Orchestrator>();
        Services.AddSingleton(new DashboardSwitch(!options.DisableDashboard, args.Contains(DashboardSwitch.OffArgument)));
        Services.AddSingleton(DashboardPackage.Pinned(Engineless.Provisioning.Machine.Current()));
        Services.AddSingleton<ResourceService>();
        Services.AddSingleton<DashboardSupervisor>();
        if (test is null)
        {
            // Before the orchestrator, so that it shows the start and stops last.
            Services.AddHostedService<ConsoleReport>();
            Services.AddHostedService<LauncherWatch>();
        }
        // Before the orchestrator, too: projects are told where to send their telemetry.
        Services.AddHostedService(services => services.GetRequiredService<DashboardSupervisor>());
        Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public string AppHostDirectory { get; }

    /// <inheritdoc/>
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc/>
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } existing)
            throw new DistributedApplicationException($"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because resource of type '{existing.GetType()}' with that name already exists. Resource names are case-insensitive.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        // Not for a test's own builder, which has no program that could be held.
        var program = EntryPoint.Current;
        program?.Building(this);
        var application = new DistributedApplication(_host.Build());
        program?.Built(application);
        return application;
    }
}
