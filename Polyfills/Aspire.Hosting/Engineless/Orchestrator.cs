using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Provisioning;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Engineless;

/// <summary>Starts the resources in the order of their waits and stops them in the reverse order.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    PortAllocator ports,
    ResourceProcesses processes,
    HealthMonitor health,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IDistributedApplicationEventing eventing,
    TimeProvider clock,
    DistributedApplicationExecutionContext executionContext,
    IServiceProvider services) : IHostedService, IAsyncDisposable, IProgress<ProvisioningProgress>
{
    /// <summary>Time in which every process has ended, by itself or killed.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(9);

    // What is left is for the servers that wait for it to end first.
    private static readonly TimeSpan TimeoutOfOne = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _runs = [];
    private Task? _stopped;

    /// <summary>Told how provisioning gets on.</summary>
    public event Action<ProvisioningProgress>? Provisioning;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken).ConfigureAwait(false);
        RefuseCircularWaits();
        foreach (var resource in model.Resources.Where(HasProcess))
            LifecycleCommands.Add(resource);
        foreach (var parameter in model.Resources.OfType<ParameterResource>())
            await PublishParameterAsync(parameter, cancellationToken).ConfigureAwait(false);
        ports.Allocate(model.Resources);

        string[] packages = [.. model.Resources.Where(ContainerImages.IsContainer).Select(ContainerImages.Find).OfType<ContainerImage>().SelectMany(image => image.Packages)];
        processes.Prepare(packages.Length == 0 ? null : await EnsureRootAsync(packages, cancellationToken).ConfigureAwait(false), _stopping.Token);

        foreach (var resource in model.Resources)
        {
            await PublishUrlsAsync(resource, cancellationToken).ConfigureAwait(false);
            if (resource is IResourceWithEndpoints)
                await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken).ConfigureAwait(false);
            if (resource is IResourceWithConnectionString and not ParameterResource)
                await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken).ConfigureAwait(false);
        }
        foreach (var resource in model.Resources.Where(resource => resource is not IResourceWithoutLifetime))
            _runs.Add(Task.Run(() => RunAsync(resource), CancellationToken.None));
    }

    void IProgress<ProvisioningProgress>.Report(ProvisioningProgress value) => Provisioning?.Invoke(value);

    public Task StopAsync(CancellationToken cancellationToken) => _stopped ??= StopAllAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task<PackageRoot> EnsureRootAsync(string[] packages, CancellationToken cancellationToken)
    {
        try
        {
            return await PackageRoot.EnsureAsync(packages, this, cancellationToken).ConfigureAwait(false);
        }
        catch (ProvisioningException e)
        {
            throw new DistributedApplicationException(e.Message, e);
        }
    }

    private async Task RunAsync(IResource resource)
    {
        try
        {
            if (ContainerImages.IsContainer(resource) && ContainerImages.Find(resource) is null)
                await StateAsync(resource, new ResourceStateSnapshot(EnginelessStates.Skipped, KnownResourceStateStyles.Warn)).ConfigureAwait(false);
            else if (resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
                await StateAsync(resource, KnownResourceStates.NotStarted).ConfigureAwait(false);
            else if (resource is IResourceWithParent { Parent: var parent })
                await FollowAsync(resource, parent).ConfigureAwait(false);
            else if (HasProcess(resource))
                await processes.RunAsync(resource).ConfigureAwait(false);
            else
                await RunWithoutProcessAsync(resource).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            await processes.FailedAsync(resource, e).ConfigureAwait(false);
        }
    }

    private static bool HasProcess(IResource resource) =>
        resource is ProjectResource or ExecutableResource || (ContainerImages.IsContainer(resource) && ContainerImages.Find(resource) is not null);

    private async Task RunWithoutProcessAsync(IResource resource)
    {
        await notifications.WaitForDependenciesAsync(resource, _stopping.Token).ConfigureAwait(false);
        await StateAsync(resource, new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success)).ConfigureAwait(false);
        await health.WatchToEndAsync(resource, _stopping.Token).ConfigureAwait(false);
    }

    // A database runs while its server does, and again when that one has been started again.
    private async Task FollowAsync(IResource resource, IResource parent)
    {
        CancellationTokenSource? ended = null;
        var watch = Task.CompletedTask;
        try
        {
            await foreach (var change in notifications.WatchAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (change.Resource != parent || change.Snapshot.State is null)
                    continue;
                // Its checks would only fail until the server has made it.
                var isRunning = change.Snapshot.State.Text == KnownResourceStates.Running && change.Snapshot.ResourceReadyEvent is { IsCompleted: true };
                if (isRunning == ended is not null && !ResourceNotificationService.IsUnavailable(change.Snapshot))
                    continue;
                if (ended is not null)
                {
                    await ended.CancelAsync().ConfigureAwait(false);
                    await watch.ConfigureAwait(false);
                    ended.Dispose();
                    ended = null;
                }
                // As the server is by now: it may have been started again since the change that is read here.
                await notifications.PublishUpdateAsync(resource, s => notifications.TryGetCurrentState(parent.Name, out var current)
                    ? s with { State = current.Snapshot.State, ExitCode = current.Snapshot.ExitCode, HealthReports = HealthMonitor.NotYetChecked(resource), ResourceReadyEvent = null }
                    : s).ConfigureAwait(false);
                if (!isRunning)
                    continue;
                ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                watch = health.WatchToEndAsync(resource, ended.Token);
            }
        }
        finally
        {
            await watch.ConfigureAwait(false);
            ended?.Dispose();
        }
    }

    private async Task StopAllAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_runs.Count == 0)
            return; // the start was refused, perhaps because of a circle that would not end here either
        var deadline = clock.GetTimestamp();
        var stops = new ConcurrentDictionary<IResource, Lazy<Task>>();
        Task Stop(IResource resource) => stops.GetOrAdd(resource, r => new Lazy<Task>(() => StopOneAsync(r))).Value;

        async Task StopOneAsync(IResource resource)
        {
            await Task.Yield();
            // Those that wait for a resource at the start also use it to the end.
            await Task.WhenAll(model.Resources.Where(other => AwaitedBy(other).Contains(resource)).Select(Stop)).ConfigureAwait(false);
            var left = ShutdownTimeout - clock.GetElapsedTime(deadline);
            await processes.StopAsync(resource, left < TimeSpan.Zero ? TimeSpan.Zero : left < TimeoutOfOne ? left : TimeoutOfOne).ConfigureAwait(false);
        }

        await Task.WhenAll(model.Resources.Select(Stop)).ConfigureAwait(false);
        await Task.WhenAll(_runs).ConfigureAwait(false);
    }

    private static IEnumerable<IResource> AwaitedBy(IResource resource) => resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource);

    private void RefuseCircularWaits()
    {
        var done = new HashSet<IResource>();
        foreach (var resource in model.Resources)
            Visit(resource, []);

        void Visit(IResource resource, List<IResource> path)
        {
            if (path.Contains(resource))
                throw new DistributedApplicationException($"Resources wait for each other: {string.Join(" -> ", path.Append(resource).Select(r => r.Name))}.");
            if (done.Contains(resource))
                return;
            path.Add(resource);
            foreach (var awaited in AwaitedBy(resource))
                Visit(awaited, path);
            path.RemoveAt(path.Count - 1);
            done.Add(resource);
        }
    }

    private async Task PublishParameterAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            var value = await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false);
            if (parameter.Secret)
                logs.AddSecret(value!);
            await notifications.PublishUpdateAsync(parameter, s => s with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                Properties = [new ResourcePropertySnapshot("Value", value) { IsSensitive = parameter.Secret }],
                ResourceReadyEvent = Task.CompletedTask,
            }).ConfigureAwait(false);
        }
        catch (MissingParameterValueException e)
        {
            logs.Write(parameter.Name, e.Message, isError: true);
            await StateAsync(parameter, new ResourceStateSnapshot("Value missing", KnownResourceStateStyles.Error)).ConfigureAwait(false);
        }
    }

    private async Task PublishUrlsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new ResourceUrlsCallbackContext(executionContext, resource, cancellationToken: cancellationToken);
        if (resource is IResourceWithEndpoints withEndpoints)
            context.Urls.AddRange(withEndpoints.GetEndpoints().Select(endpoint => new ResourceUrlAnnotation { Url = endpoint.Url, Endpoint = endpoint }));
        context.Urls.AddRange(resource.Annotations.OfType<ResourceUrlAnnotation>());
        foreach (var annotation in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>().ToArray())
            await annotation.Callback(context).ConfigureAwait(false);
        foreach (var url in context.Urls.Where(url => url.Endpoint is not null && url.Url.StartsWith('/')))
            url.Url = url.Endpoint!.Url + url.Url;
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            Urls = [.. context.Urls.Select(url => new UrlSnapshot(url.Endpoint?.EndpointName, url.Url, IsInternal: false) { DisplayProperties = new(url.DisplayText ?? "") })],
        }).ConfigureAwait(false);
    }

    private Task StateAsync(IResource resource, ResourceStateSnapshot? state) =>
        notifications.PublishUpdateAsync(resource, s => s with { State = state });
}
