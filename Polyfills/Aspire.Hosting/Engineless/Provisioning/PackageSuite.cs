using System.Text;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>
/// The release the programs come from: the one that carries PostgreSQL 17 with pgvector and TimescaleDB, reached
/// through the machine's own apt source with nothing but the suite replaced. No address is written down here.
/// </summary>
/// <param name="Distribution"><c>debian</c> or <c>ubuntu</c>: whose keyring signs it.</param>
/// <param name="Name">The suite, such as <c>trixie</c>.</param>
/// <param name="Components">The archive's components that hold the packages.</param>
internal sealed record PackageSuite(string Distribution, string Name, string Components)
{
    private static readonly PackageSuite Trixie = new("debian", "trixie", "main");

    // The only Ubuntu releases with PostgreSQL 17; a machine with another one fetches from Debian.
    private static readonly string[] UbuntuReleases = ["plucky", "questing"];

    // Options of a source that say how to trust or reach it, and stay true for another suite of the same mirror.
    private static readonly string[] KeptOptions =
        ["Signed-By", "Trusted", "Allow-Insecure", "Allow-Weak", "Allow-Downgrade-To-Insecure", "Check-Valid-Until", "Check-Date", "By-Hash"];

    private static readonly string[] DebianKeyrings =
        ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

    /// <summary>Chooses the suite for a machine; needs no network and no apt sources.</summary>
    public static PackageSuite For(Machine machine)
    {
        var (id, codename) = ReadOsRelease(machine);
        return id == "ubuntu" && machine.Mirror is null && UbuntuReleases.Contains(codename)
            ? new("ubuntu", codename, "main universe")
            : Trixie;
    }

    /// <summary>The deb822 text of the one source that packages are fetched from.</summary>
    /// <exception cref="ProvisioningException">The machine has no source of the distribution's own, or no keyring for one.</exception>
    public string SourceFor(Machine machine)
    {
        if (machine.Mirror is { } mirror)
            return Write(mirror, new Dictionary<string, string> { ["Signed-By"] = DebianKeyring() });
        var (id, codename) = ReadOsRelease(machine);
        string[] suites = [codename, Name, "stable", "oldstable", "testing", "unstable", "sid"];
        var own = AptSource.ReadAll(machine.AptFolder)
            .Where(source => source.Components.Contains("main") && source.Suites.Any(suites.Contains))
            .Select(source => (Source: source, Rank: Rank(source, id)))
            .Where(candidate => candidate.Rank is not null)
            .OrderBy(candidate => candidate.Rank).Select(candidate => candidate.Source).FirstOrDefault();
        if (own is not null)
            return Write(string.Join(' ', own.Uris), own.Fields);
        throw new ProvisioningException(id == Distribution
            ? $"No apt source of {Distribution}'s own main archive is enabled in {machine.AptFolder}, so the stack's programs cannot be fetched: enable it, or set {Machine.MirrorVariable} to the address of a Debian mirror."
            : $"This system ({string.Join(' ', id, codename).Trim()}) has no PostgreSQL 17 in its own archive: install the package 'debian-archive-keyring' and set {Machine.MirrorVariable} to the address of a Debian mirror, or install Docker or Podman.");
    }

    // Third-party archives often use the distribution's suite and component names too, so a source counts as the
    // distribution's own by who signs it, else by the file that the installer writes, else by its well-known path.
    private int? Rank(AptSource source, string machineId)
    {
        if (source.SignedBy?.Contains($"{Distribution}-archive-", StringComparison.Ordinal) == true)
            return 0;
        if (machineId != Distribution)
            return null;
        if (Path.GetFileName(source.File) is var file && (file == "sources.list" || file == $"{Distribution}.sources"))
            return 1;
        return source.SignedBy is null && source.Uris.All(uri => uri.TrimEnd('/').EndsWith($"/{Distribution}", StringComparison.Ordinal)) ? 2 : null;
    }

    private string Write(string uris, IReadOnlyDictionary<string, string> options)
    {
        var text = new StringBuilder($"Types: deb\nURIs: {uris}\nSuites: {Name}\nComponents: {Components}\n");
        foreach (var option in KeptOptions)
        {
            if (options.TryGetValue(option, out var value))
                text.Append(option).Append(": ").Append(value).Append('\n');
        }
        return text.ToString();
    }

    private static string DebianKeyring() =>
        DebianKeyrings.FirstOrDefault(File.Exists)
        ?? throw new ProvisioningException(
            $"{Machine.MirrorVariable} is set, but the keys to check a Debian mirror are missing: install the package 'debian-archive-keyring'.");

    private static (string Id, string Codename) ReadOsRelease(Machine machine)
    {
        if (!File.Exists(machine.OsReleaseFile))
            return ("unknown", "");
        var values = File.ReadAllLines(machine.OsReleaseFile).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1].Trim('"', '\''));
        return (values["ID"].FirstOrDefault("unknown"), values["VERSION_CODENAME"].FirstOrDefault(""));
    }
}
