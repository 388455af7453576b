using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Engineless;

/// <summary>The commands of every resource that has a process.</summary>
internal static class LifecycleCommands
{
    public static void Add(IResource resource)
    {
        Add(resource, KnownResourceCommands.StartCommand, "Start", "Start resource", "Play", isHighlighted: true,
            (processes, cancellationToken) => processes.StartAsync(resource, cancellationToken),
            state => IsStopped(state) || state == KnownResourceStates.Waiting ? ResourceCommandState.Enabled
                : state is null || state == KnownResourceStates.Starting ? ResourceCommandState.Disabled
                : ResourceCommandState.Hidden);
        Add(resource, KnownResourceCommands.StopCommand, "Stop", "Stop resource", "Stop", isHighlighted: true,
            (processes, cancellationToken) => processes.StopAsync(resource, cancellationToken),
            state => state == KnownResourceStates.Stopping ? ResourceCommandState.Disabled
                : IsRunning(state) ? ResourceCommandState.Enabled
                : ResourceCommandState.Hidden);
        Add(resource, KnownResourceCommands.RestartCommand, "Restart", "Stop and start resource", "ArrowCounterclockwise", isHighlighted: false,
            (processes, cancellationToken) => processes.RestartAsync(resource, cancellationToken),
            state => IsRunning(state) ? ResourceCommandState.Enabled : ResourceCommandState.Disabled);
    }

    private static void Add(IResource resource, string name, string displayName, string description, string icon, bool isHighlighted, Func<ResourceProcesses, CancellationToken, Task> execute, Func<string?, ResourceCommandState> state) =>
        resource.Annotations.Add(new ResourceCommandAnnotation(
            name,
            displayName,
            context => state(context.ResourceSnapshot.State?.Text),
            async context =>
            {
                await execute(context.ServiceProvider.GetRequiredService<ResourceProcesses>(), context.CancellationToken).ConfigureAwait(false);
                return CommandResults.Success();
            },
            description,
            parameter: null,
            confirmationMessage: null,
            icon,
            isHighlighted ? IconVariant.Filled : IconVariant.Regular,
            isHighlighted));

    private static bool IsStopped(string? state) => state == KnownResourceStates.NotStarted || KnownResourceStates.TerminalStates.Contains(state);

    private static bool IsRunning(string? state) => state == KnownResourceStates.Running;
}
