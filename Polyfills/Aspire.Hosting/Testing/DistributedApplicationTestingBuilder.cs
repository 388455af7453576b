using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Builds an application for a test: on free ports, with data that is gone afterwards.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs an AppHost's program up to the point where it builds its application.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost, such as <c>Projects.AppHost</c>.</typeparam>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The builder, with every resource the program has added.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>Runs an AppHost's program up to the point where it builds its application.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost, such as <c>Projects.AppHost</c>.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The builder, with every resource the program has added.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, cancellationToken);

    /// <summary>Runs an AppHost's program up to the point where it builds its application.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost, such as <c>Projects.AppHost</c>.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes how the application is made; without it there is no dashboard.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The builder, with every resource the program has added.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs an AppHost's program up to the point where it builds its application.</summary>
    /// <param name="entryPoint">A type of the AppHost, such as <c>Projects.AppHost</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The builder, with every resource the program has added.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Runs an AppHost's program up to the point where it builds its application.</summary>
    /// <param name="entryPoint">A type of the AppHost, such as <c>Projects.AppHost</c>.</param>
    /// <param name="args">The command line.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The builder, with every resource the program has added.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's program up to the point where it builds its application.</summary>
    /// <param name="entryPoint">A type of the AppHost, such as <c>Projects.AppHost</c>.</param>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes how the application is made; without it there is no dashboard.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The builder, with every resource the program has added.</returns>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        var (program, builder) = await EntryPoint.RunAsync(
            entryPoint.Assembly,
            args,
            (options, settings) =>
            {
                options.AssemblyName = entryPoint.Assembly.GetName().Name;
                options.DisableDashboard = true;
                configureBuilder(options, settings);
            },
            cancellationToken).ConfigureAwait(false);
        return new TestingBuilder(builder, program);
    }

    /// <summary>Begins an application without an AppHost's program.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>The builder, without resources.</returns>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => new TestingBuilder(EntryPoint.CreateBuilder(args), program: null);

    private sealed class TestingBuilder(DistributedApplicationBuilder inner, EntryPoint? program) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => inner.Configuration;

        public string AppHostDirectory => inner.AppHostDirectory;

        public Assembly? AppHostAssembly => inner.AppHostAssembly;

        public IHostEnvironment Environment => inner.Environment;

        public IServiceCollection Services => inner.Services;

        public IDistributedApplicationEventing Eventing => inner.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IResourceCollection Resources => inner.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource)
            where T : IResource => inner.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
            where T : IResource => inner.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application = program is null ? inner.Build() : await program.ContinueAsync(cancellationToken).ConfigureAwait(false);

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            program?.Abandon();
            if (_application is not null)
                await _application.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>Describes an application for a test. Disposing it stops the application.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Makes the application; call it once.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The application, not started.</returns>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
