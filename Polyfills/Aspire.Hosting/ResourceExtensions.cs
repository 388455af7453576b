using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Reads the annotations of resources.</summary>
public static class ResourceExtensions
{
    /// <summary>The last annotation of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <param name="annotation">The annotation.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation)
        where T : IResourceAnnotation
    {
        annotation = resource.Annotations.OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    /// <summary>Every annotation of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <param name="result">The annotations.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryGetAnnotationsOfType<T>(this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result)
        where T : IResourceAnnotation
    {
        var found = resource.Annotations.OfType<T>().ToArray();
        result = found.Length == 0 ? null : found;
        return result is not null;
    }

    /// <summary>Whether there is an annotation of a type.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="resource">The resource.</param>
    /// <returns>Whether there is one.</returns>
    public static bool HasAnnotationOfType<T>(this IResource resource)
        where T : IResourceAnnotation => resource.Annotations.OfType<T>().Any();

    /// <summary>Refers to an endpoint by name.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="endpointName">The endpoint.</param>
    /// <returns>The reference.</returns>
    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    /// <summary>Refers to every endpoint.</summary>
    /// <param name="resource">The resource.</param>
    /// <returns>The references.</returns>
    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource) =>
        [.. resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new EndpointReference(resource, endpoint))];

    /// <summary>The image of a container as <c>registry/image:tag</c>.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="imageName">The image.</param>
    /// <returns>Whether it has one.</returns>
    public static bool TryGetContainerImageName(this IResource resource, [NotNullWhen(true)] out string? imageName)
    {
        imageName = resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image)
            ? $"{(string.IsNullOrEmpty(image.Registry) ? "" : image.Registry + "/")}{image.Image}:{image.Tag ?? "latest"}"
            : null;
        return imageName is not null;
    }
}
