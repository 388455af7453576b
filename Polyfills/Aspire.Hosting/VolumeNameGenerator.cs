using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Names volumes so that two checkouts of one application do not share them.</summary>
public static class VolumeNameGenerator
{
    /// <summary>A name made of the application, its path, the resource and a suffix.</summary>
    /// <typeparam name="T">The resource's type.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="suffix">What the volume holds: ASCII letters, digits, <c>_</c>, <c>.</c>, <c>-</c>.</param>
    /// <returns>The name; the same each time.</returns>
    /// <exception cref="ArgumentException">The suffix has other characters.</exception>
    public static string Generate<T>(IResourceBuilder<T> builder, string suffix)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(suffix);
        if (!suffix.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            throw new ArgumentException($"The suffix '{suffix}' contains invalid characters. It must match [a-zA-Z0-9_.-].", nameof(suffix));
        var application = builder.ApplicationBuilder.Environment.ApplicationName;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(builder.ApplicationBuilder.AppHostDirectory)))[..10];
#pragma warning disable CA1308 // Volume names are lower case.
        return $"{new string([.. application.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '_')])}-{hash}-{builder.Resource.Name}-{suffix}".ToLowerInvariant();
#pragma warning restore CA1308
    }
}
