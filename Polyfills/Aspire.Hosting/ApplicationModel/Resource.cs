using System.Diagnostics;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource with a name and annotations; the base of all others.</summary>
[DebuggerDisplay("{GetType().Name,nq} {Name}")]
public abstract class Resource : IResource
{
    /// <summary>Makes a resource.</summary>
    /// <param name="name">1 to 64 ASCII letters, digits and single hyphens, beginning with a letter and not ending with a hyphen.</param>
    /// <exception cref="ArgumentException">The name is not of that form.</exception>
    protected Resource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var valid = name.Length <= 64 && char.IsAsciiLetter(name[0]) && name[^1] != '-'
            && !name.Contains("--", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        if (!valid)
            throw new ArgumentException($"Resource name '{name}' is invalid. It must begin with an ASCII letter, hold only ASCII letters, digits and single hyphens, not end with a hyphen, and be at most 64 long.", nameof(name));
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>A container; run engine-less, a sandboxed process of the program the image holds.</summary>
public class ContainerResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Makes a container.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="entrypoint">The program; <see langword="null"/> for the image's own.</param>
    public ContainerResource(string name, string? entrypoint = null)
        : base(name) => Entrypoint = entrypoint;

    /// <summary>The program; <see langword="null"/> for the image's own.</summary>
    public string? Entrypoint { get; set; }
}

/// <summary>A program of the machine.</summary>
public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Makes an executable.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="command">A path, or a name found on PATH.</param>
    /// <param name="workingDirectory">The folder it starts in.</param>
    public ExecutableResource(string name, string command, string workingDirectory)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        Command = command;
        WorkingDirectory = workingDirectory;
    }

    /// <summary>A path, or a name found on PATH.</summary>
    public string Command { get; }

    /// <summary>The folder it starts in.</summary>
    public string WorkingDirectory { get; }
}

/// <summary>A .NET project, run from its build output.</summary>
/// <param name="name">The resource's name.</param>
public class ProjectResource(string name) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;
