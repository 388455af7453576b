namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A part of the application: a container, a project, a parameter.</summary>
    public interface IResource
    {
        /// <summary>The name, unique in the application without regard to case.</summary>
        string Name { get; }

        /// <summary>Everything the model says about the resource.</summary>
        ResourceAnnotationCollection Annotations { get; }
    }

    /// <summary>A statement about a resource, kept in <see cref="IResource.Annotations"/>.</summary>
    public interface IResourceAnnotation;

    /// <summary>A resource that takes command-line arguments.</summary>
    public interface IResourceWithArgs : IResource;

    /// <summary>A resource that takes environment variables.</summary>
    public interface IResourceWithEnvironment : IResource;

    /// <summary>A resource that listens on endpoints.</summary>
    public interface IResourceWithEndpoints : IResource;

    /// <summary>A resource that can wait for others before it starts.</summary>
    public interface IResourceWithWaitSupport : IResource;

    /// <summary>A resource without a process of its own, such as a parameter.</summary>
    public interface IResourceWithoutLifetime : IResource;

    /// <summary>A resource that lives within another, such as a database in its server.</summary>
    public interface IResourceWithParent : IResource
    {
        /// <summary>The resource this one lives in.</summary>
        IResource Parent { get; }
    }

    /// <summary>A resource that lives within another of a known type.</summary>
    /// <typeparam name="T">The parent's type.</typeparam>
    public interface IResourceWithParent<out T> : IResourceWithParent
        where T : IResource
    {
        /// <summary>The resource this one lives in.</summary>
        new T Parent { get; }

        IResource IResourceWithParent.Parent => Parent;
    }

    /// <summary>A resource that others reach by a connection string.</summary>
    public interface IResourceWithConnectionString : IResource, IManifestExpressionProvider, IValueProvider, IValueWithReferences
    {
        /// <summary>The connection string as an expression over parameters and endpoints.</summary>
        ReferenceExpression ConnectionStringExpression { get; }

        /// <summary>The variable that carries it; <see langword="null"/> for <c>ConnectionStrings__{name}</c>.</summary>
        string? ConnectionStringEnvironmentVariable => null;

        /// <summary>The connection string, once every endpoint in it is known.</summary>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>The connection string.</returns>
        ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
            ConnectionStringExpression.GetValueAsync(cancellationToken);

        string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

        ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

        IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];
    }

    /// <summary>The resources of an application.</summary>
    public interface IResourceCollection : IList<IResource>;

    internal sealed class ResourceCollection : List<IResource>, IResourceCollection;

    /// <summary>The annotations of a resource.</summary>
    public sealed class ResourceAnnotationCollection : System.Collections.ObjectModel.Collection<IResourceAnnotation>;

    /// <summary>What to do with annotations of the same type.</summary>
    public enum ResourceAnnotationMutationBehavior
    {
        /// <summary>Keep them and add the new one.</summary>
        Append = 0,

        /// <summary>Remove them first.</summary>
        Replace = 1,
    }

    /// <summary>Marks a parameter that names a resource.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class ResourceNameAttribute : Attribute;

    /// <summary>Marks a parameter that names an endpoint.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class EndpointNameAttribute : Attribute;
}

namespace Aspire.Hosting
{
    /// <summary>A resource whose endpoints others find by service discovery.</summary>
    public interface IResourceWithServiceDiscovery : ApplicationModel.IResourceWithEndpoints;
}
