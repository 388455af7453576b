using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting
{
    /// <summary>Describes an application made of resources.</summary>
    public interface IDistributedApplicationBuilder
    {
        /// <summary>Configuration of the AppHost: appsettings, user secrets, environment, command line.</summary>
        ConfigurationManager Configuration { get; }

        /// <summary>The folder of the AppHost's project.</summary>
        string AppHostDirectory { get; }

        /// <summary>The AppHost's assembly.</summary>
        Assembly? AppHostAssembly { get; }

        /// <summary>The environment, for example <c>Development</c>.</summary>
        IHostEnvironment Environment { get; }

        /// <summary>Services of the AppHost itself, such as health checks.</summary>
        IServiceCollection Services { get; }

        /// <summary>What happens to the application and its resources.</summary>
        IDistributedApplicationEventing Eventing { get; }

        /// <summary>How the application runs.</summary>
        DistributedApplicationExecutionContext ExecutionContext { get; }

        /// <summary>The resources so far.</summary>
        IResourceCollection Resources { get; }

        /// <summary>Adds a resource.</summary>
        /// <typeparam name="T">Its type.</typeparam>
        /// <param name="resource">The resource.</param>
        /// <returns>A builder for it.</returns>
        /// <exception cref="DistributedApplicationException">Another resource has the name.</exception>
        IResourceBuilder<T> AddResource<T>(T resource)
            where T : IResource;

        /// <summary>A builder for a resource that has been added already, or is not to be.</summary>
        /// <typeparam name="T">Its type.</typeparam>
        /// <param name="resource">The resource.</param>
        /// <returns>A builder for it.</returns>
        IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
            where T : IResource;

        /// <summary>Makes the application; call it once.</summary>
        /// <returns>The application.</returns>
        DistributedApplication Build();
    }

    /// <summary>How an AppHost is made.</summary>
    public sealed class DistributedApplicationOptions
    {
        /// <summary>The command line.</summary>
        public string[]? Args { get; set; }

        /// <summary>Name of the AppHost's assembly; by default the program's.</summary>
        public string? AssemblyName { get; set; }

        /// <summary>Folder of the AppHost's project; by default the one it was built from.</summary>
        public string? ProjectDirectory { get; set; }

        /// <summary>Whether to go without the dashboard.</summary>
        public bool DisableDashboard { get; set; }
    }

    /// <summary>How the application runs.</summary>
    /// <param name="operation">Run or publish; engine-less, always run.</param>
    public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
    {
        /// <summary>Run or publish.</summary>
        public DistributedApplicationOperation Operation { get; } = operation;

        /// <summary>Whether the application is being run.</summary>
        public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

        /// <summary>Whether deployment artefacts are being made.</summary>
        public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
    }

    /// <summary>What is done with the application.</summary>
    public enum DistributedApplicationOperation
    {
        /// <summary>It is run on this machine.</summary>
        Run = 0,

        /// <summary>Deployment artefacts are made from it.</summary>
        Publish = 1,
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>Describes a resource.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    public interface IResourceBuilder<out T>
        where T : IResource
    {
        /// <summary>The application it belongs to.</summary>
        IDistributedApplicationBuilder ApplicationBuilder { get; }

        /// <summary>The resource.</summary>
        T Resource { get; }

        /// <summary>Adds an annotation made by its constructor.</summary>
        /// <typeparam name="TAnnotation">Its type.</typeparam>
        /// <param name="behavior">What to do with others of the type.</param>
        /// <returns>This builder.</returns>
        IResourceBuilder<T> WithAnnotation<TAnnotation>(ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation, new() => WithAnnotation(new TAnnotation(), behavior);

        /// <summary>Adds an annotation.</summary>
        /// <typeparam name="TAnnotation">Its type.</typeparam>
        /// <param name="annotation">The annotation.</param>
        /// <param name="behavior">What to do with others of the type.</param>
        /// <returns>This builder.</returns>
        IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation;
    }

    internal sealed class ResourceBuilder<T>(IDistributedApplicationBuilder applicationBuilder, T resource) : IResourceBuilder<T>
        where T : IResource
    {
        public IDistributedApplicationBuilder ApplicationBuilder => applicationBuilder;

        public T Resource => resource;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation
        {
            ArgumentNullException.ThrowIfNull(annotation);
            if (behavior == ResourceAnnotationMutationBehavior.Replace)
            {
                foreach (var old in resource.Annotations.OfType<TAnnotation>().ToArray())
                    resource.Annotations.Remove(old);
            }
            resource.Annotations.Add(annotation);
            return this;
        }
    }

    /// <summary>The resources of an application.</summary>
    /// <param name="resources">The resources.</param>
    public class DistributedApplicationModel(IResourceCollection resources)
    {
        /// <summary>The resources.</summary>
        public IResourceCollection Resources { get; } = resources;
    }
}
