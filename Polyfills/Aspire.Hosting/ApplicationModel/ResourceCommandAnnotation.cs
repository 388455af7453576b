using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something a person or a test can do to a resource.</summary>
public sealed class ResourceCommandAnnotation : IResourceAnnotation
{
    /// <summary>Describes a command.</summary>
    /// <param name="name">Its name, unique for the resource.</param>
    /// <param name="displayName">What is shown.</param>
    /// <param name="updateState">Says, at each change of the resource, whether the command can be given now.</param>
    /// <param name="executeCommand">Does it.</param>
    /// <param name="displayDescription">A sentence about it.</param>
    /// <param name="parameter">Kept for the caller; nothing here uses it.</param>
    /// <param name="confirmationMessage">A question asked first.</param>
    /// <param name="iconName">A FluentUI icon.</param>
    /// <param name="iconVariant">The icon's variant.</param>
    /// <param name="isHighlighted">Whether it is shown beside the resource, not in its menu only.</param>
    public ResourceCommandAnnotation(string name, string displayName, Func<UpdateCommandStateContext, ResourceCommandState> updateState, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, string? displayDescription, object? parameter, string? confirmationMessage, string? iconName, IconVariant? iconVariant, bool isHighlighted)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(displayName);
        ArgumentNullException.ThrowIfNull(updateState);
        ArgumentNullException.ThrowIfNull(executeCommand);
        Name = name;
        DisplayName = displayName;
        UpdateState = updateState;
        ExecuteCommand = executeCommand;
        DisplayDescription = displayDescription;
        Parameter = parameter;
        ConfirmationMessage = confirmationMessage;
        IconName = iconName;
        IconVariant = iconVariant;
        IsHighlighted = isHighlighted;
    }

    /// <summary>Its name, unique for the resource.</summary>
    public string Name { get; }

    /// <summary>What is shown.</summary>
    public string DisplayName { get; }

    /// <summary>Says, at each change of the resource, whether the command can be given now.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; }

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; }

    /// <summary>A sentence about it.</summary>
    public string? DisplayDescription { get; }

    /// <summary>Kept for the caller; nothing here uses it.</summary>
    public object? Parameter { get; }

    /// <summary>A question asked first.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>A FluentUI icon.</summary>
    public string? IconName { get; }

    /// <summary>The icon's variant.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>Whether it is shown beside the resource, not in its menu only.</summary>
    public bool IsHighlighted { get; }
}

/// <summary>The variant of an icon.</summary>
public enum IconVariant
{
    /// <summary>Its outline.</summary>
    Regular = 0,

    /// <summary>Filled.</summary>
    Filled = 1,
}

/// <summary>Whether a command can be given.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled = 0,

    /// <summary>It is shown, and cannot be given now.</summary>
    Disabled = 1,

    /// <summary>It is not shown.</summary>
    Hidden = 2,
}

/// <summary>What a command's state is decided by.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>What is known about the resource.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>What a command is executed with.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Ends the execution.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>The resource's log.</summary>
    public required ILogger Logger { get; init; }
}
