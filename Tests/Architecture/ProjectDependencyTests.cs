using System.Text.RegularExpressions;
using System.Xml.Linq;
using Platform.Tests.Support;

namespace Platform.Tests.Architecture;

/// <summary>Holds the dependency rule: who may reference whom.</summary>
public sealed partial class ProjectDependencyTests
{
    private static readonly string[] Services = ["Api", "Realtime", "Analytics"];
    private static readonly string[] Libraries = ["ServiceDefaults", "Caching", "ChangeStream"];

    // The library that knows the tables: what a changed row makes unread, for the service that writes and the one that reads the WAL.
    private const string CacheMap = "CacheMap";

    [Fact]
    public void A_service_references_only_the_shared_libraries()
    {
        var allowed = Libraries.Append(CacheMap).ToHashSet();

        var references = Services.SelectMany(service => ProjectReferences(service).Select(to => (service, to)));

        Assert.DoesNotContain(references, reference => !allowed.Contains(reference.to));
    }

    [Fact]
    public void A_shared_library_knows_no_service()
    {
        var references = Libraries.Append(CacheMap).SelectMany(library => ProjectReferences(library).Select(to => (library, to)));
        var domainNames = Libraries.Append(CacheMap).SelectMany(SourceFiles).Where(file => DomainNamespace().IsMatch(File.ReadAllText(file)));

        Assert.DoesNotContain(references, reference => !Libraries.Contains(reference.to));
        Assert.Empty(domainNames);
    }

    [Fact]
    public void Only_the_app_host_the_tests_and_the_load_tests_reference_a_service()
    {
        string[] mayReference = ["AppHost", "Tests", "LoadTests"];

        var referencing = Projects().Where(project => ProjectReferences(project).Any(Services.Contains));

        Assert.Empty(referencing.Except(mayReference));
    }

    [Fact]
    public void No_project_names_a_stand_in()
    {
        var offenders = Projects().Where(project => ProjectReferences(project, "Polyfills").Any());

        Assert.Empty(offenders.Except(["Tests"]));
    }

    [Fact]
    public void A_capability_of_the_api_knows_no_other()
    {
        string[] capabilities = ["Catalog", "Store", "Libraries", "Branches", "Studio", "Calibre", "Diagnostics"];

        var crossings =
            from capability in capabilities
            from file in SourceFiles(Path.Combine("Api", capability))
            from Match use in CapabilityNamespace().Matches(File.ReadAllText(file))
            where capabilities.Contains(use.Groups[1].Value) && use.Groups[1].Value != capability
            select $"{Path.GetRelativePath(Repository.Root, file)} uses {use.Value}";

        Assert.Empty(crossings);
    }

    [Theory]
    [InlineData("Services")]
    [InlineData("Helpers")]
    [InlineData("Common")]
    [InlineData("Utils")]
    [InlineData("Managers")]
    [InlineData("Models")]
    public void No_folder_has_a_name_that_says_nothing(string name)
    {
        var folders = Directory.EnumerateDirectories(Repository.Root, name, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.StartsWith("artifacts", StringComparison.Ordinal));

        Assert.Empty(folders);
    }

    private static IEnumerable<string> Projects() =>
        Directory.EnumerateDirectories(Repository.Root)
            .Select(folder => Path.GetFileName(folder))
            .Where(name => File.Exists(ProjectFile(name)));

    private static string ProjectFile(string project) => Path.Combine(Repository.Root, project, project + ".csproj");

    private static IEnumerable<string> ProjectReferences(string project, string? below = null)
    {
        if (!File.Exists(ProjectFile(project)))
        {
            return [];
        }

        return XDocument.Load(ProjectFile(project)).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
            .Where(path => below is null ? !path.Contains("Polyfills", StringComparison.Ordinal) : path.Contains(below, StringComparison.Ordinal))
            .Select(path => Path.GetFileNameWithoutExtension(path));
    }

    private static IEnumerable<string> SourceFiles(string project)
    {
        var folder = Path.Combine(Repository.Root, project);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories) : [];
    }

    [GeneratedRegex(@"^using (?:static )?Platform\.Api\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex CapabilityNamespace();

    [GeneratedRegex(@"Platform\.(Api|Realtime|Analytics)\b")]
    private static partial Regex DomainNamespace();
}
