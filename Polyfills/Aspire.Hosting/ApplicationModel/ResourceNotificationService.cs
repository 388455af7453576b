using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Tells what state every resource is in, and lets callers wait for one.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly ResourceLoggerService _logs;
    private readonly WaitBehavior _defaultWaitBehavior;
    private bool _disposed;

    /// <summary>Made by the application.</summary>
    /// <param name="logger">Not used.</param>
    /// <param name="hostApplicationLifetime">Not used.</param>
    /// <param name="serviceProvider">Gives <see cref="ResourceNotificationServiceOptions"/>.</param>
    /// <param name="resourceLoggerService">The logs of the resources.</param>
    public ResourceNotificationService(ILogger<ResourceNotificationService> logger, IHostApplicationLifetime hostApplicationLifetime, IServiceProvider serviceProvider, ResourceLoggerService resourceLoggerService)
    {
        ArgumentNullException.ThrowIfNull(serviceProvider);
        ArgumentNullException.ThrowIfNull(resourceLoggerService);
        _logs = resourceLoggerService;
        _defaultWaitBehavior = ((IOptions<ResourceNotificationServiceOptions>?)serviceProvider.GetService(typeof(IOptions<ResourceNotificationServiceOptions>)))?.Value.DefaultWaitBehavior
            ?? WaitBehavior.StopOnResourceUnavailable;
    }

    // Raised under the lock that orders updates: handlers only pass it on.
    internal event Action<ResourceEvent>? Updated;

    /// <summary>Changes what is known about a resource and tells everyone who watches.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="stateFactory">Makes the new snapshot from the current one; called once, one caller at a time.</param>
    /// <returns>A completed task.</returns>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(stateFactory);
        // One lock orders updates and their delivery, so a watcher never sees an older snapshot after a newer one.
        // Channels are unbounded: writing to them under the lock neither blocks nor runs foreign code.
        lock (_gate)
        {
            var before = _current.TryGetValue(resource.Name, out var known)
                ? known.Snapshot
                : new CustomResourceSnapshot { ResourceType = ResourceTypeOf(resource), Properties = [], CreationTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime };
            var change = new ResourceEvent(resource, resource.Name, stateFactory(before));
            _current[resource.Name] = change;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(change);
            Updated?.Invoke(change);
        }
        return Task.CompletedTask;
    }

    /// <summary>The last known state of a resource.</summary>
    /// <param name="resourceId">Its id; run engine-less, its name.</param>
    /// <param name="resourceEvent">The state.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetCurrentState(string resourceId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_gate)
            return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>The current state of every resource, then every change.</summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The states, in the order they happened.</returns>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            foreach (var known in _current.Values)
                channel.Writer.TryWrite(known);
            if (_disposed)
                channel.Writer.TryComplete();
            _watchers.Add(channel);
        }
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return change;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <summary>Waits until a resource is in a state.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetState">The state; <see langword="null"/> for <see cref="KnownResourceStates.Running"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when it is.</returns>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource is in one of some states.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetStates">The states.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The state it is in.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var reached = await WaitForResourceAsync(resourceName, change => change.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken).ConfigureAwait(false);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until a resource fulfils a condition.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change that fulfils it.</returns>
    /// <exception cref="OperationCanceledException">The wait or the application ended first.</exception>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resourceName);
        ArgumentNullException.ThrowIfNull(predicate);
        await foreach (var change in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(change))
                return change;
        }
        throw new OperationCanceledException($"The application ended before resource '{resourceName}' met the condition.");
    }

    /// <summary>Waits until a resource is running and healthy, with the application's default behaviour on failure.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change that made it so.</returns>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, _defaultWaitBehavior, cancellationToken);

    /// <summary>Waits until a resource is running and healthy.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="waitBehavior">What to do when it fails.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change that made it so.</returns>
    /// <exception cref="DistributedApplicationException">It failed, and the behaviour is to stop then; the message ends with its last log lines.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var change = await WaitForResourceAsync(
            resourceName,
            c => (c.Snapshot.HealthStatus == HealthStatus.Healthy && c.Snapshot.ResourceReadyEvent is not null)
                || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsUnavailable(c.Snapshot)),
            cancellationToken).ConfigureAwait(false);
        if (IsUnavailable(change.Snapshot))
        {
            var lines = _logs.Tail(change.Resource.Name);
            throw new DistributedApplicationException(
                $"Stopped waiting for resource '{resourceName}' to become healthy because it is {change.Snapshot.State!.Text}."
                + (lines.Count == 0 ? "" : $" Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}"));
        }
        await change.Snapshot.ResourceReadyEvent!.WaitAsync(cancellationToken).ConfigureAwait(false);
        return change;
    }

    /// <summary>Waits for everything that a resource was told to wait for.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when it may start.</returns>
    /// <exception cref="DistributedApplicationException">One of them failed, and the behaviour is to stop then.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var waits = resource.Annotations.OfType<WaitAnnotation>().ToArray();
        if (waits.Length == 0)
            return;
        await PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Waiting }).ConfigureAwait(false);
        await Task.WhenAll(waits.Select(wait => WaitForAsync(wait, cancellationToken))).ConfigureAwait(false);
    }

    private async Task WaitForAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var behavior = wait.WaitBehavior ?? _defaultWaitBehavior;
        var name = wait.Resource.Name;
        // A resource that can never run here would otherwise be waited for for ever, whatever the behaviour.
        bool IsOver(CustomResourceSnapshot snapshot) => IsUnavailable(snapshot)
            && (behavior == WaitBehavior.StopOnResourceUnavailable || snapshot.State?.Text == Engineless.EnginelessStates.Skipped);

        if (wait.WaitType == WaitType.WaitForCompletion)
        {
            var ended = await WaitForResourceAsync(name, c => IsUnavailable(c.Snapshot), cancellationToken).ConfigureAwait(false);
            if (ended.Snapshot.ExitCode != wait.ExitCode)
                throw new DistributedApplicationException($"Resource '{name}' has entered the '{ended.Snapshot.State!.Text}' state with exit code '{ended.Snapshot.ExitCode}', expected '{wait.ExitCode}'.");
            return;
        }

        var healthy = wait.WaitType == WaitType.WaitUntilHealthy;
        var change = await WaitForResourceAsync(
            name,
            c => IsOver(c.Snapshot) || (healthy
                ? c.Snapshot.HealthStatus == HealthStatus.Healthy && c.Snapshot.ResourceReadyEvent is not null
                : c.Snapshot.State?.Text == KnownResourceStates.Running),
            cancellationToken).ConfigureAwait(false);
        if (IsOver(change.Snapshot))
        {
            throw new DistributedApplicationException(change.Snapshot.State?.Text == KnownResourceStates.FailedToStart
                ? $"Dependency resource '{name}' failed to start."
                : $"Resource '{name}' has entered the '{change.Snapshot.State?.Text}' state prematurely.");
        }
        if (healthy)
            await change.Snapshot.ResourceReadyEvent!.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends every watch.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }
        GC.SuppressFinalize(this);
    }

    internal static bool IsUnavailable(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text is { } state && (KnownResourceStates.TerminalStates.Contains(state)
            || state == KnownResourceStates.RuntimeUnhealthy || state == Engineless.EnginelessStates.Skipped);

    private static string ResourceTypeOf(IResource resource) => resource switch
    {
        ContainerResource => "Container",
        ProjectResource => "Project",
        ExecutableResource => "Executable",
        ParameterResource => "Parameter",
        _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
    };
}

/// <summary>How waits behave.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>What a wait does when the awaited resource fails, unless it says so itself.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}
