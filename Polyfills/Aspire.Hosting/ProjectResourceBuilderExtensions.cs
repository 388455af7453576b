using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project with its default launch profile.</summary>
    /// <typeparam name="TProject">Its class in the namespace <c>Projects</c>, made from the AppHost's project references.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a project with a launch profile.</summary>
    /// <typeparam name="TProject">Its class in the namespace <c>Projects</c>, made from the AppHost's project references.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="launchProfileName">The launch profile; <see langword="null"/> for none.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, options =>
        {
            options.ExcludeLaunchProfile = launchProfileName is null;
            options.LaunchProfileName = launchProfileName;
        });

    /// <summary>Adds a project.</summary>
    /// <typeparam name="TProject">Its class in the namespace <c>Projects</c>, made from the AppHost's project references.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="configure">Says how it is launched.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ProjectResourceOptions();
        configure(options);
        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);

        var profile = options.ExcludeLaunchProfile ? null : LaunchSettingsFile.Profile(metadata, options.LaunchProfileName, builder.Configuration);
        if (options.ExcludeLaunchProfile)
            project.WithAnnotation(new ExcludeLaunchProfileAnnotation());
        else if (options.LaunchProfileName is { } profileName)
            project.WithAnnotation(new LaunchProfileAnnotation(profileName));
        foreach (var url in profile?.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var address = new Uri(url);
            var endpointName = address.Scheme;
            for (var i = 2; project.GetEndpoint(endpointName).Exists; i++)
                endpointName = $"{address.Scheme}{i}";
            project.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, address.Scheme, name: endpointName, port: address.Port == 0 ? null : address.Port) { TargetHost = address.Host });
        }
        if (profile is not null)
        {
            project.WithEnvironment(context =>
            {
                foreach (var (variable, value) in profile.EnvironmentVariables)
                    context.EnvironmentVariables.TryAdd(variable, value);
            });
        }

        return project.WithEnvironment(context =>
        {
            var urls = project.Resource.GetEndpoints().Where(e => e.Scheme is "http" or "https").ToArray();
            if (urls.Length > 0)
            {
                context.EnvironmentVariables["ASPNETCORE_URLS"] = string.Join(';', urls.Select(e => $"{e.Scheme}://{e.EndpointAnnotation.TargetHost}:{e.Port}"));
                context.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
            }
            context.EnvironmentVariables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
            OtlpEnvironment.Add(context, builder);
        });
    }
}

/// <summary>How a project is launched.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile; <see langword="null"/> for the default one.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether to go without launch profile, and so without its endpoints and environment.</summary>
    public bool ExcludeLaunchProfile { get; set; }

    /// <summary>Whether endpoints in the project's Kestrel configuration are left out; they are never read here.</summary>
    public bool ExcludeKestrelEndpoints { get; set; }
}

/// <summary>Tells where a project is; implemented by the classes in the namespace <c>Projects</c>.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>Absolute path of the project file.</summary>
    string ProjectPath { get; }
}
