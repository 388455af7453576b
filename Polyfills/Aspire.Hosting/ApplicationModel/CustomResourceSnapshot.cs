using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary><c>Container</c>, <c>Project</c>, <c>Executable</c>, <c>Parameter</c>, ...</summary>
    public required string ResourceType { get; init; }

    /// <summary>Details, in the order they are shown.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>State; the usual ones are in <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Exit code, once the process has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When it was described.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When its process started.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When its process ended.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>The environment its process was started with, as far as the model sets it; secrets are masked.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Its URLs.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>The last result of each health check; a check that has not run yet has no status.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>
    /// The worst of <see cref="HealthReports"/>: healthy without any, unhealthy while one has not run, and
    /// <see langword="null"/> unless the resource is running.
    /// </summary>
    public HealthStatus? HealthStatus => State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    // Completes when every subscriber of the ready event has run; waiters depend on it (a database exists only then).
    internal Task? ResourceReadyEvent { get; init; }
}

/// <summary>A state and how it is coloured.</summary>
/// <param name="Text">The state.</param>
/// <param name="Style">One of <see cref="KnownResourceStateStyles"/>, or <see langword="null"/>.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state without a style.</summary>
    /// <param name="s">The state.</param>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

/// <summary>An environment variable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsFromSpec">Whether the model sets it.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>A detail of a resource.</summary>
/// <param name="Name">Its name, for example <c>container.image</c>.</param>
/// <param name="Value">Its value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether the value is hidden unless asked for.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>A URL of a resource.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Url">The URL.</param>
/// <param name="IsInternal">Whether only other resources use it.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>How it is shown.</summary>
    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

/// <summary>How a URL is shown.</summary>
/// <param name="DisplayName">Text instead of the URL; empty for the URL itself.</param>
/// <param name="SortOrder">Higher comes first.</param>
public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

/// <summary>The result of a health check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Status">Its result; <see langword="null"/> before it has run.</param>
/// <param name="Description">What it says.</param>
/// <param name="ExceptionText">What went wrong.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);

/// <summary>The usual states of a resource.</summary>
public static class KnownResourceStates
{
    /// <summary>Its process is being started.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Its process runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It did not start.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>Its process has been asked to end.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>A container's process has ended.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>A project's or executable's process has ended.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for other resources.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>It starts only when told to.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>No container engine answers.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>The states that a resource does not leave by itself.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>The colours of states.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>As it should be.</summary>
    public static readonly string Success = "success";

    /// <summary>Failed.</summary>
    public static readonly string Error = "error";

    /// <summary>Neither good nor bad.</summary>
    public static readonly string Info = "info";

    /// <summary>Worth a look.</summary>
    public static readonly string Warn = "warning";
}

/// <summary>A change of a resource.</summary>
public class ResourceEvent
{
    /// <summary>Describes a change.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="resourceId">Its id; run engine-less, its name.</param>
    /// <param name="snapshot">What is known now.</param>
    public ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
    {
        Resource = resource;
        ResourceId = resourceId;
        Snapshot = snapshot;
    }

    /// <summary>The resource.</summary>
    public IResource Resource { get; }

    /// <summary>Its id; run engine-less, its name.</summary>
    public string ResourceId { get; }

    /// <summary>What is known now.</summary>
    public CustomResourceSnapshot Snapshot { get; }
}
