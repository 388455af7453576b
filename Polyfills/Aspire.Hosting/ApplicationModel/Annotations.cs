using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds to the environment of a resource when it starts.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds by a callback.</summary>
    /// <param name="callback">Called at each start.</param>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>Adds by a callback.</summary>
    /// <param name="callback">Called at each start.</param>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context);
            return Task.CompletedTask;
        };
    }

    /// <summary>Called at each start.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; }
}

/// <summary>The environment of a resource that is about to start.</summary>
/// <param name="executionContext">How the application runs.</param>
/// <param name="resource">The resource.</param>
/// <param name="environmentVariables">Variables so far.</param>
/// <param name="cancellationToken">Ends the start.</param>
public class EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
{
    /// <summary>Variables: text, or an <see cref="IValueProvider"/> that is asked when the resource starts.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>How the application runs.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Ends the start.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Adds to the arguments of a resource when it starts.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds by a callback.</summary>
    /// <param name="callback">Called at each start.</param>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>Called at each start.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }
}

/// <summary>The arguments of a resource that is about to start.</summary>
/// <param name="args">Arguments so far.</param>
/// <param name="resource">The resource.</param>
/// <param name="cancellationToken">Ends the start.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>Arguments: text, or an <see cref="IValueProvider"/> that is asked when the resource starts.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Ends the start.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>The image of a container.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>Registry; <see langword="null"/> for the engine's default.</summary>
    public string? Registry { get; set; }

    /// <summary>Image name, for example <c>prom/prometheus</c>.</summary>
    public required string Image { get; set; }

    /// <summary>Tag.</summary>
    public string? Tag { get; set; }
}

/// <summary>How long a container lives.</summary>
public sealed class ContainerLifetimeAnnotation : IResourceAnnotation
{
    /// <summary>The lifetime.</summary>
    public required ContainerLifetime Lifetime { get; set; }
}

/// <summary>How long a container lives.</summary>
public enum ContainerLifetime
{
    /// <summary>As long as the AppHost.</summary>
    Session = 0,

    /// <summary>Longer than the AppHost. Run engine-less it ends with the AppHost all the same; its volumes stay.</summary>
    Persistent = 1,
}

/// <summary>A folder or file of the machine, or a volume, inside a container.</summary>
public sealed class ContainerMountAnnotation : IResourceAnnotation
{
    /// <summary>Describes a mount.</summary>
    /// <param name="source">Path, or name of the volume; <see langword="null"/> for a volume without a name.</param>
    /// <param name="target">Absolute path inside.</param>
    /// <param name="type">Path or volume.</param>
    /// <param name="isReadOnly">Whether the container may only read.</param>
    /// <exception cref="ArgumentException">A bind mount has no absolute source, or a read-only volume has no name.</exception>
    public ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        if (type == ContainerMountType.BindMount && !Path.IsPathRooted(source))
            throw new ArgumentException("A bind mount needs an absolute source path.", nameof(source));
        if (type == ContainerMountType.Volume && string.IsNullOrEmpty(source) && isReadOnly)
            throw new ArgumentException("A volume without a name cannot be read-only.", nameof(isReadOnly));
        Source = source;
        Target = target;
        Type = type;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Path, or name of the volume.</summary>
    public string? Source { get; }

    /// <summary>Absolute path inside.</summary>
    public string Target { get; }

    /// <summary>Path or volume.</summary>
    public ContainerMountType Type { get; }

    /// <summary>Whether the container may only read.</summary>
    public bool IsReadOnly { get; }
}

/// <summary>What is mounted.</summary>
public enum ContainerMountType
{
    /// <summary>A folder or file of the machine.</summary>
    BindMount = 0,

    /// <summary>A volume, kept between runs.</summary>
    Volume = 1,
}

/// <summary>A health check of a resource, by the name it is registered under.</summary>
public class HealthCheckAnnotation : IResourceAnnotation
{
    /// <summary>Refers to a health check.</summary>
    /// <param name="key">The name it is registered under.</param>
    public HealthCheckAnnotation(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
    }

    /// <summary>The name it is registered under.</summary>
    public string Key { get; }
}

/// <summary>A resource does not start before another has reached a state.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="waitType">The state.</param>
/// <param name="exitCode">The exit code that counts as completed.</param>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The state.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>What to do when the other fails; <see langword="null"/> for the application's default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }

    /// <summary>The exit code that counts as completed.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>The state a resource waits for in another.</summary>
public enum WaitType
{
    /// <summary>Running, and every health check healthy.</summary>
    WaitUntilHealthy = 0,

    /// <summary>Ended with the expected exit code.</summary>
    WaitForCompletion = 1,

    /// <summary>Running.</summary>
    WaitUntilStarted = 2,
}

/// <summary>What a wait does when the awaited resource fails.</summary>
public enum WaitBehavior
{
    /// <summary>Goes on waiting: someone may start the resource again.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Fails as well.</summary>
    StopOnResourceUnavailable = 1,
}

/// <summary>A resource that is not started with the application.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>A relationship that tables show.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="type">Its kind, for example <c>Parent</c> or <c>Reference</c>.</param>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Its kind, for example <c>Parent</c> or <c>Reference</c>.</summary>
    public string Type { get; } = type;
}

/// <summary>A URL shown for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The URL; a path is taken as relative to <see cref="Endpoint"/>.</summary>
    public required string Url { get; set; }

    /// <summary>What to show instead of the URL.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint the URL belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }
}

/// <summary>Changes the URLs shown for a resource once its endpoints are known.</summary>
public sealed class ResourceUrlsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Changes URLs by a callback.</summary>
    /// <param name="callback">Called when the endpoints are known.</param>
    public ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>Called when the endpoints are known.</summary>
    public Func<ResourceUrlsCallbackContext, Task> Callback { get; }
}

/// <summary>The URLs shown for a resource.</summary>
/// <param name="executionContext">How the application runs.</param>
/// <param name="resource">The resource.</param>
/// <param name="urls">URLs so far.</param>
/// <param name="cancellationToken">Ends the start.</param>
public class ResourceUrlsCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource, List<ResourceUrlAnnotation>? urls = null, CancellationToken cancellationToken = default)
{
    /// <summary>The URLs.</summary>
    public List<ResourceUrlAnnotation> Urls { get; } = urls ?? [];

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>How the application runs.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>Ends the start.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Files made for a container when it starts.</summary>
public sealed class ContainerFileSystemCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Absolute folder inside the container.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>Gives the files.</summary>
    public required Func<ContainerFileSystemCallbackContext, CancellationToken, Task<IEnumerable<ContainerFileSystemItem>>> Callback { get; init; }
}

/// <summary>The container that files are made for.</summary>
public sealed class ContainerFileSystemCallbackContext
{
    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The container.</summary>
    public required IResource Model { get; init; }
}

/// <summary>A file or folder made for a container.</summary>
public abstract class ContainerFileSystemItem
{
    private string _name = "";

    /// <summary>Its name, without folders.</summary>
    /// <exception cref="ArgumentException">The name holds a folder.</exception>
    public string Name
    {
        get => _name;
        set
        {
            if (Path.GetFileName(value) != value)
                throw new ArgumentException($"Name '{value}' must be a simple file or folder name and not include any path separators.", nameof(value));
            _name = value;
        }
    }
}

/// <summary>A file made for a container.</summary>
public abstract class ContainerFileBase : ContainerFileSystemItem
{
    /// <summary>Its text.</summary>
    public string? Contents { get; set; }
}

/// <summary>A file made for a container.</summary>
public sealed class ContainerFile : ContainerFileBase;

/// <summary>Which launch profile a project runs with.</summary>
/// <param name="launchProfileName">Name in <c>launchSettings.json</c>.</param>
public sealed class LaunchProfileAnnotation(string launchProfileName) : IResourceAnnotation
{
    /// <summary>Name in <c>launchSettings.json</c>.</summary>
    public string LaunchProfileName { get; } = launchProfileName;
}

/// <summary>A project that runs without a launch profile.</summary>
public sealed class ExcludeLaunchProfileAnnotation : IResourceAnnotation;
