using IOPath = System.IO.Path;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Where one attempt to build a root works; of no use to anybody once the attempt is over, but for its downloads.</summary>
internal sealed record StagingFolder(string Path)
{
    /// <summary>How the names of staging folders end.</summary>
    public const string Suffix = ".staging";

    /// <summary>The folder of apt's state.</summary>
    public string Apt => IOPath.Combine(Path, "apt");

    /// <summary>The folder of downloaded packages.</summary>
    public string Archives => IOPath.Combine(Apt, PrivateApt.ArchiveFolder);

    /// <summary>The folder that becomes the root.</summary>
    public string Root => IOPath.Combine(Path, "root");

    /// <summary>
    /// Moves those downloaded packages that are wanted and whole to another attempt, and removes the rest. Half-fetched
    /// ones are not moved: the apt of a killed process may still be writing to them.
    /// </summary>
    public async Task MovePackagesAsync(IEnumerable<DebPackage> wanted, StagingFolder to, CancellationToken ct)
    {
        foreach (var package in wanted)
        {
            var file = IOPath.Combine(Archives, package.FileName);
            if (File.Exists(file) && await package.MatchesAsync(file, ct))
                File.Move(file, IOPath.Combine(to.Archives, package.FileName), overwrite: true);
        }
        Remove();
    }

    /// <summary>Removes the folder, unless a later attempt can use what was downloaded to it.</summary>
    public void RemoveUnlessUseful()
    {
        if (!Directory.Exists(Archives) || !Directory.EnumerateFiles(Archives, "*.deb").Any())
            Remove();
    }

    /// <summary>Removes what was unpacked and keeps what was downloaded.</summary>
    public void RemoveUnpacked() => TryDelete(Root);

    /// <summary>Removes the folder.</summary>
    public void Remove() => TryDelete(Path);

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, or a killed process's tar still writes to it: it is in nobody's way, and the next build tries again.
        }
    }
}
