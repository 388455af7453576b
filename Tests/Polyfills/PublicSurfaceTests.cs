using System.Reflection;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills;

/// <summary>A stand-in has the public types and members its <c>PublicApi.txt</c> lists, and no others.</summary>
public sealed class PublicSurfaceTests
{
    public static TheoryData<string> StandIns => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "Polyfills"), "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path)!)];

    [Theory]
    [MemberData(nameof(StandIns))]
    public async Task The_public_surface_of_a_stand_in_is_the_one_it_lists(string standIn)
    {
        var folder = Path.Combine(Repository.Root, "Polyfills", standIn);
        var expected = Path.Combine(folder, "PublicApi.txt");
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, AssemblyName(folder, standIn) + ".dll"));

        var actual = assembly.GetExportedTypes().SelectMany(PublicSurface.Describe).Order(StringComparer.Ordinal).ToArray();

        var listed = File.Exists(expected) ? await File.ReadAllLinesAsync(expected, TestContext.Current.CancellationToken) : [];
        if (!actual.SequenceEqual(listed))
            await File.WriteAllLinesAsync(Path.Combine(folder, "PublicApi.received.txt"), actual, TestContext.Current.CancellationToken);
        Assert.Equal(listed, actual);
    }

    private static string AssemblyName(string folder, string standIn) =>
        System.Xml.Linq.XDocument.Load(Path.Combine(folder, standIn + ".csproj")).Descendants("AssemblyName").FirstOrDefault()?.Value ?? standIn;
}
