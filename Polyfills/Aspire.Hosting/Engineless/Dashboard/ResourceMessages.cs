using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Dashboard.Messages;
using Google.Protobuf.WellKnownTypes;
using Resource = Aspire.Hosting.Engineless.Dashboard.Messages.Resource;
using ResourceCommandState = Aspire.Hosting.Engineless.Dashboard.Messages.ResourceCommandState;

namespace Aspire.Hosting.Engineless.Dashboard;

/// <summary>What the dashboard is told of a resource. The names of properties are those that it knows.</summary>
internal static class ResourceMessages
{
    /// <summary>
    /// The dashboard's name of a resource. Telemetry belongs to the resource that is called after the service's name and its
    /// instance, which <see cref="OtlpEnvironment"/> sets.
    /// </summary>
    public static string NameOf(IResource resource) => resource is ProjectResource ? $"{resource.Name}-{resource.Name}" : resource.Name;

    /// <summary>All of a resource at one moment.</summary>
    public static Resource Describe(IResource resource, CustomResourceSnapshot snapshot, IServiceProvider services)
    {
        var message = new Resource
        {
            Name = NameOf(resource),
            Uid = resource.Name,
            DisplayName = resource.Name,
            ResourceType = snapshot.ResourceType,
            CreatedAt = At(snapshot.CreationTimeStamp),
            StartedAt = At(snapshot.StartTimeStamp),
            StoppedAt = At(snapshot.StopTimeStamp),
        };
        if (snapshot.State is { } state)
            message.State = state.Text;
        if (snapshot.State?.Style is { } style)
            message.StateStyle = style;
        message.Properties.Add(Properties(resource, snapshot));
        message.Environment.Add(snapshot.EnvironmentVariables.Select(variable => new EnvironmentVariable { Name = variable.Name, Value = variable.Value ?? "", IsFromSpec = variable.IsFromSpec }));
        message.Urls.Add(snapshot.Urls.Select(url => Url(url, isActive: snapshot.State?.Text == KnownResourceStates.Running)));
        message.Volumes.Add(resource.Annotations.OfType<ContainerMountAnnotation>().Select(mount => new Volume
        {
            Source = mount.Source ?? "",
            Target = mount.Target,
            MountType = mount.Type == ContainerMountType.BindMount ? "bind" : "volume",
            IsReadOnly = mount.IsReadOnly,
        }));
        message.HealthReports.Add(snapshot.HealthReports.Select(Report));
        message.Relationships.Add(resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Select(relationship => (relationship.Resource.Name, relationship.Type)).Distinct()
            .Select(relationship => new ResourceRelationship { ResourceName = relationship.Name, Type = relationship.Type }));
        message.Commands.Add(resource.Annotations.OfType<ResourceCommandAnnotation>().Select(command => Command(command, snapshot, services)));
        return message;
    }

    private static IEnumerable<ResourceProperty> Properties(IResource resource, CustomResourceSnapshot snapshot)
    {
        yield return Property("resource.type", snapshot.ResourceType);
        yield return Property("resource.displayName", resource.Name);
        if (snapshot.State is { } state)
            yield return Property("resource.state", state.Text);
        if (snapshot.HealthStatus is { } health)
            yield return Property("resource.healthState", health.ToString());
        if (snapshot.ExitCode is { } exitCode)
            yield return Property("resource.exitCode", exitCode);
        if (resource is IResourceWithParent { Parent: var parent })
            yield return Property("resource.parentName", NameOf(parent));
        if (resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image))
            yield return Property("container.image", image.Tag is null ? image.Image : $"{image.Image}:{image.Tag}");
        if (resource is ProjectResource)
            yield return Property("project.path", resource.Annotations.OfType<IProjectMetadata>().Last().ProjectPath);
        if (resource is ExecutableResource executable)
        {
            yield return Property("executable.path", executable.Command);
            yield return Property("executable.workDir", executable.WorkingDirectory);
        }
        foreach (var property in snapshot.Properties)
            yield return Property(property.Name, property.Value, property.IsSensitive);
    }

    private static ResourceProperty Property(string name, object? value, bool isSensitive = false) => new()
    {
        Name = name,
        Value = Value.ForString(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
        IsSensitive = isSensitive,
    };

    private static Url Url(UrlSnapshot url, bool isActive)
    {
        var message = new Url
        {
            FullUrl = url.Url,
            IsInternal = url.IsInternal,
            IsInactive = !isActive,
            DisplayProperties = new UrlDisplayProperties { DisplayName = url.DisplayProperties.DisplayName, SortOrder = url.DisplayProperties.SortOrder },
        };
        if (url.Name is { } name)
            message.EndpointName = name;
        return message;
    }

    private static HealthReport Report(HealthReportSnapshot report)
    {
        var message = new HealthReport { Key = report.Name, Description = report.Description ?? "", Exception = report.ExceptionText ?? "" };
        if (report.Status is { } status)
        {
            message.Status = status switch
            {
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy => HealthStatus.Healthy,
                Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded => HealthStatus.Degraded,
                _ => HealthStatus.Unhealthy,
            };
        }
        return message;
    }

    private static ResourceCommand Command(ResourceCommandAnnotation command, CustomResourceSnapshot snapshot, IServiceProvider services)
    {
        var message = new ResourceCommand
        {
            Name = command.Name,
            DisplayName = command.DisplayName,
            IsHighlighted = command.IsHighlighted,
            // Both have the same states in the same order.
            State = (ResourceCommandState)(int)command.UpdateState(new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = services }),
            IconVariant = command.IconVariant == ApplicationModel.IconVariant.Filled ? Messages.IconVariant.Filled : Messages.IconVariant.Regular,
        };
        if (command.ConfirmationMessage is { } question)
            message.ConfirmationMessage = question;
        if (command.IconName is { } icon)
            message.IconName = icon;
        if (command.DisplayDescription is { } description)
            message.DisplayDescription = description;
        return message;
    }

    private static Timestamp? At(DateTime? time) => time is { } known ? Timestamp.FromDateTime(DateTime.SpecifyKind(known, DateTimeKind.Utc)) : null;
}
