using System.Collections;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Provisioning;

namespace Aspire.Hosting.Engineless;

/// <summary>Turns what the model says about a resource into a process.</summary>
internal sealed class ProcessLauncher(AppHostFolders folders, ResourceLoggerService logs, ResourceNotificationService notifications, DistributedApplicationExecutionContext executionContext, IServiceProvider services)
{
    // Of the AppHost itself, not of what it starts.
    private static readonly string[] OwnVariables = ["ASPNETCORE_URLS", "DOTNET_URLS", "DOTNET_LAUNCH_PROFILE", "DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"];

    /// <summary>The <c>dotnet</c> that runs this.</summary>
    internal static string DotnetPath { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", "dotnet"));

    /// <summary>Starts the process of a resource.</summary>
    public async Task<ChildProcess> StartAsync(IResource resource, PackageRoot? root, CancellationToken cancellationToken)
    {
        var environment = await EnvironmentAsync(resource, cancellationToken).ConfigureAwait(false);
        var arguments = await ArgumentsAsync(resource, cancellationToken).ConfigureAwait(false);
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            EnvironmentVariables = [.. environment.OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => new EnvironmentVariableSnapshot(variable.Key, logs.Mask(variable.Value), IsFromSpec: true))],
        }).ConfigureAwait(false);
        if (ContainerImages.IsContainer(resource))
            return await StartContainerAsync((IResourceWithEndpoints)resource, root, environment, arguments, cancellationToken).ConfigureAwait(false);

        var program = resource switch
        {
            ProjectResource project => Project(project),
            ExecutableResource executable => new ProcessStartInfo(Find(executable)) { WorkingDirectory = executable.WorkingDirectory },
            _ => throw new InvalidOperationException($"'{resource.Name}' has no process."),
        };
        return await StartOnMachineAsync(program, arguments, environment, resource).ConfigureAwait(false);
    }

    private Task<ChildProcess> StartOnMachineAsync(ProcessStartInfo program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, IResource resource)
    {
        foreach (var argument in arguments)
            program.ArgumentList.Add(argument);
        program.Environment.Clear();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            program.Environment[(string)variable.Key] = (string?)variable.Value;
        foreach (var own in OwnVariables)
            program.Environment.Remove(own);
        foreach (var (name, value) in environment)
            program.Environment[name] = value;
        return ChildProcess.StartAsync(program, resource.Name, logs);
    }

    private async Task<ChildProcess> StartContainerAsync(IResourceWithEndpoints container, PackageRoot? root, Dictionary<string, string> environment, List<string> arguments, CancellationToken cancellationToken)
    {
        var image = ContainerImages.Find(container)!;
        var mounts = new List<SandboxMount>();
        string? data = null;
        foreach (var mount in container.Annotations.OfType<ContainerMountAnnotation>())
        {
            var folder = folders.Folder(container, mount);
            if (image.DataPaths.Any(path => mount.Target == path || mount.Target.StartsWith(path + "/", StringComparison.Ordinal)))
                data = folder;
            else
                mounts.Add(new SandboxMount(folder, mount.Target, mount.IsReadOnly));
        }
        data ??= folders.SessionFolder(container, ContainerImage.SandboxDataPath);
        mounts.Add(new SandboxMount(data, ContainerImage.SandboxDataPath, ReadOnly: false));
        foreach (var files in container.Annotations.OfType<ContainerFileSystemCallbackAnnotation>())
            mounts.Add(new SandboxMount(await MakeFilesAsync(container, files, cancellationToken).ConfigureAwait(false), files.DestinationPath, ReadOnly: true));

        var run = new ContainerRun(arguments, environment, data, path => mounts.FirstOrDefault(mount => mount.SandboxPath == path)?.HostPath, targetPort => container.GetEndpoints().FirstOrDefault(e => e.TargetPort == targetPort)?.Port
            ?? throw new DistributedApplicationException($"Container '{container.Name}' has no endpoint for port {targetPort}, on which its image listens: add one with targetPort: {targetPort}."));
        if (image.Preparation(run) is { } preparation)
        {
            using var preparing = await StartAsync(preparation).ConfigureAwait(false);
            await using var stop = cancellationToken.Register(() => _ = preparing.StopAsync(TimeSpan.Zero));
            var exitCode = await preparing.Exited.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (exitCode != 0)
                throw new DistributedApplicationException($"{preparation.Command} ended with exit code {exitCode}.");
            image.Prepared(run);
        }
        return await StartAsync(image.Program(run)).ConfigureAwait(false);

        Task<ChildProcess> StartAsync(ContainerProgram program) => image.IsOfMachine ? StartOnMachineAsync(new(program.Command), program.Arguments, program.Environment, container) : ChildProcess.StartAsync(
            root!,
            new SandboxOptions { Command = program.Command, Arguments = program.Arguments, Environment = program.Environment, Mounts = mounts },
            program.Input,
            image.StopSignal,
            container.Name,
            logs);
    }

    private async Task<string> MakeFilesAsync(IResource container, ContainerFileSystemCallbackAnnotation files, CancellationToken cancellationToken)
    {
        var folder = folders.SessionFolder(container, "files" + files.DestinationPath);
        var items = await files.Callback(new ContainerFileSystemCallbackContext { Model = container, ServiceProvider = services }, cancellationToken).ConfigureAwait(false);
        foreach (var item in items)
        {
            if (item is not ContainerFileBase { Contents: { } contents })
                throw new DistributedApplicationException($"'{item.Name}' of '{container.Name}' is not a file with contents; others need a container engine.");
            await File.WriteAllTextAsync(Path.Combine(folder, item.Name), contents, cancellationToken).ConfigureAwait(false);
        }
        return folder;
    }

    // What starts it would start all right, and then fail to find it.
    private static string Find(ExecutableResource executable)
    {
        var candidates = executable.Command.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(executable.Command, executable.WorkingDirectory)]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, executable.Command));
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException($"Program '{executable.Command}' of '{executable.Name}' was not found.");
    }

    private static ProcessStartInfo Project(ProjectResource project)
    {
        var metadata = project.Annotations.OfType<IProjectMetadata>().Last();
        // Written by build/Aspire.Hosting.AppHost.targets beside the class of the project.
        var output = metadata.GetType().Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(m => m.Key == $"apphostprojectoutput:{metadata.ProjectPath}")?.Value;
        if (output is null || !File.Exists(output))
            throw new DistributedApplicationException($"Project '{metadata.ProjectPath}' of '{project.Name}' has not been built; build the AppHost.");
        return new ProcessStartInfo(DotnetPath, [output]) { WorkingDirectory = Path.GetDirectoryName(metadata.ProjectPath)! };
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, [], cancellationToken) { Logger = logs.GetLogger(resource) };
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(context).ConfigureAwait(false);
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.EnvironmentVariable is not null))
            context.EnvironmentVariables.TryAdd(endpoint.EnvironmentVariable!, endpoint.AllocatedEndpoint!.TargetPortExpression!);
        var values = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await ResolveAsync(value, cancellationToken).ConfigureAwait(false) is { } text)
                values[name] = text;
        }
        return values;
    }

    private async Task<List<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await annotation.Callback(context).ConfigureAwait(false);
        var values = new List<string>();
        foreach (var argument in context.Args)
        {
            if (await ResolveAsync(argument, cancellationToken).ConfigureAwait(false) is { } text)
                values.Add(text);
        }
        return values;
    }

    private async ValueTask<string?> ResolveAsync(object value, CancellationToken cancellationToken)
    {
        await HideAsync(value, new HashSet<object>(ReferenceEqualityComparer.Instance), cancellationToken).ConfigureAwait(false);
        return value switch
        {
            IValueProvider provider => await provider.GetValueAsync(cancellationToken).ConfigureAwait(false),
            IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(cancellationToken).ConfigureAwait(false),
            _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    // A secret that reaches a process may come back in its log. An endpoint refers to its resource, and that to its endpoint.
    private async ValueTask HideAsync(object value, HashSet<object> seen, CancellationToken cancellationToken)
    {
        if (!seen.Add(value))
            return;
        if (value is ParameterResource { Secret: true } secret)
            logs.AddSecret((await secret.GetValueAsync(cancellationToken).ConfigureAwait(false))!);
        if (value is IValueWithReferences { References: var references })
        {
            foreach (var reference in references)
                await HideAsync(reference, seen, cancellationToken).ConfigureAwait(false);
        }
    }
}
