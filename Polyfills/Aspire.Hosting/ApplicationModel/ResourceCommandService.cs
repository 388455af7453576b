namespace Aspire.Hosting.ApplicationModel;

/// <summary>Gives commands to resources.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _logs;
    private readonly IServiceProvider _services;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService logs, IServiceProvider services)
    {
        _notifications = notifications;
        _logs = logs;
        _services = services;
    }

    /// <summary>Gives a command, whatever its state is.</summary>
    /// <param name="resourceId">The resource's id; run engine-less, its name.</param>
    /// <param name="commandName">The command.</param>
    /// <param name="cancellationToken">Ends the execution.</param>
    /// <returns>What became of it; never an exception of the command's.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _notifications.TryGetCurrentState(resourceId, out var known)
            ? await ExecuteCommandAsync(known.Resource, commandName, cancellationToken).ConfigureAwait(false)
            : CommandResults.Failure($"Resource '{resourceId}' not found.");

    /// <summary>Gives a command, whatever its state is.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="commandName">The command.</param>
    /// <param name="cancellationToken">Ends the execution.</param>
    /// <returns>What became of it; never an exception of the command's.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var command = resource.Annotations.OfType<ResourceCommandAnnotation>().SingleOrDefault(annotation => annotation.Name == commandName);
        if (command is null)
            return CommandResults.Failure($"Command '{commandName}' not available for resource '{resource.Name}'.");

        _logs.Write(resource.Name, $"Executing command '{commandName}'.", isError: false);
        var result = await ExecuteAsync(command, resource, cancellationToken).ConfigureAwait(false);
        if (!result.Success)
            _logs.Write(resource.Name, $"Command '{commandName}' {(result.Canceled ? "was canceled." : $"failed: {result.Message}")}", isError: !result.Canceled);
        return result;
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(ResourceCommandAnnotation command, IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            return await command.ExecuteCommand(new ExecuteCommandContext { ServiceProvider = _services, ResourceName = resource.Name, CancellationToken = cancellationToken, Logger = _logs.GetLogger(resource) }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
        catch (Exception e)
        {
            return CommandResults.Failure(e);
        }
    }
}
