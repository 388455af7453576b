using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds and describes containers.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>Adds a container.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="image">Its image, <c>image</c> or <c>image:tag</c>.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, [ResourceName] string name, string image)
    {
        var (repository, tag) = SplitTag(image);
        return builder.AddContainer(name, repository, tag ?? "latest");
    }

    /// <summary>Adds a container.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name.</param>
    /// <param name="image">Its image.</param>
    /// <param name="tag">The image's tag.</param>
    /// <returns>A builder for it.</returns>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, [ResourceName] string name, string image, string tag) =>
        builder.AddResource(new ContainerResource(name)).WithImage(image, tag);

    /// <summary>Sets the image.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="image">The image, <c>image</c> or <c>image:tag</c>.</param>
    /// <param name="tag">The tag; <see langword="null"/> for the one in <paramref name="image"/>, or the one set before, or <c>latest</c>.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null)
        where T : ContainerResource
    {
        ArgumentException.ThrowIfNullOrEmpty(image);
        var (repository, imageTag) = SplitTag(image);
        if (imageTag is not null && tag is not null)
            throw new InvalidOperationException("Ambiguous tags - a tag was provided on both the 'tag' and 'image' parameters.");
        builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var before);
        // An image with a registry in its name replaces the registry that was set before.
        var hasRegistry = repository.Split('/') is [var first, _, ..] && (first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal));
        return builder.WithAnnotation(
            new ContainerImageAnnotation { Image = repository, Tag = tag ?? imageTag ?? before?.Tag ?? "latest", Registry = hasRegistry ? null : before?.Registry },
            ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Sets the image's tag.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="tag">The tag.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The container has no image.</exception>
    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag)
        where T : ContainerResource
    {
        Image(builder.Resource).Tag = tag;
        return builder;
    }

    /// <summary>Sets the image's registry.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="registry">The registry; <see langword="null"/> for the engine's default.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The container has no image.</exception>
    public static IResourceBuilder<T> WithImageRegistry<T>(this IResourceBuilder<T> builder, string? registry)
        where T : ContainerResource
    {
        Image(builder.Resource).Registry = registry;
        return builder;
    }

    /// <summary>Sets the program to run instead of the image's own.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="entrypoint">The program.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithEntrypoint<T>(this IResourceBuilder<T> builder, string entrypoint)
        where T : ContainerResource
    {
        builder.Resource.Entrypoint = entrypoint;
        return builder;
    }

    /// <summary>Mounts a folder or file of the machine.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="source">Path, relative to the AppHost's folder.</param>
    /// <param name="target">Absolute path inside.</param>
    /// <param name="isReadOnly">Whether the container may only read.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithBindMount<T>(this IResourceBuilder<T> builder, string source, string target, bool isReadOnly = false)
        where T : ContainerResource =>
        builder.WithAnnotation(new ContainerMountAnnotation(Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), target, ContainerMountType.BindMount, isReadOnly));

    /// <summary>Mounts a volume, which is kept between runs.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="name">The volume's name; <see langword="null"/> for one that is not kept.</param>
    /// <param name="target">Absolute path inside.</param>
    /// <param name="isReadOnly">Whether the container may only read.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource =>
        builder.WithAnnotation(new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));

    /// <summary>Mounts a volume without a name, which is not kept.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="target">Absolute path inside.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string target)
        where T : ContainerResource => builder.WithVolume(null, target);

    /// <summary>Makes files for the container each time it starts.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="destinationPath">Absolute folder inside.</param>
    /// <param name="callback">Gives the files.</param>
    /// <param name="defaultOwner">Their owner; run engine-less they belong to the container's user.</param>
    /// <param name="defaultGroup">Their group; run engine-less they belong to the container's user.</param>
    /// <param name="umask">Rights taken away from them; run engine-less only the container's user reads them.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithContainerFiles<T>(this IResourceBuilder<T> builder, string destinationPath, Func<ContainerFileSystemCallbackContext, CancellationToken, Task<IEnumerable<ContainerFileSystemItem>>> callback, int? defaultOwner = null, int? defaultGroup = null, UnixFileMode? umask = null)
        where T : ContainerResource =>
        builder.WithAnnotation(new ContainerFileSystemCallbackAnnotation { DestinationPath = destinationPath, Callback = callback });

    /// <summary>Sets how long the container lives.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The container.</param>
    /// <param name="lifetime">The lifetime.</param>
    /// <returns>The builder.</returns>
    public static IResourceBuilder<T> WithLifetime<T>(this IResourceBuilder<T> builder, ContainerLifetime lifetime)
        where T : ContainerResource =>
        builder.WithAnnotation(new ContainerLifetimeAnnotation { Lifetime = lifetime }, ResourceAnnotationMutationBehavior.Replace);

    private static ContainerImageAnnotation Image(ContainerResource resource) =>
        resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image)
            ? image
            : throw new InvalidOperationException($"The resource '{resource.Name}' does not have a container image specified. Use WithImage to specify the container image and tag.");

    private static (string Repository, string? Tag) SplitTag(string image)
    {
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? (image[..colon], image[(colon + 1)..]) : (image, null);
    }
}
