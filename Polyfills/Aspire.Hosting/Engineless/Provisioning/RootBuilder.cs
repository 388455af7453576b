using System.Diagnostics;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>
/// Builds one root in a staging folder beside its final name and renames it when it is whole: a root that has its
/// name is complete, whatever happened to whoever built it.
/// </summary>
internal sealed class RootBuilder(
    Machine machine, PackageSuite suite, IReadOnlyList<string> packages, string target, Stopwatch clock, IProgress<ProvisioningProgress> progress)
{
    // For apt's index, and for files that are a little larger on disk than in the package's own count.
    private const long SpareBytes = 150_000_000;

    public async Task BuildAsync(CancellationToken ct)
    {
        await using var turn = await TakeTurnAsync(ct);
        if (Directory.Exists(target))
            return; // another process built it while this one waited
        // A name of its own for each attempt: the apt or dpkg of a killed process may still be writing to its staging
        // folder when the next start is here, and must find nothing of ours.
        var staging = $"{target}.{Environment.ProcessId}-{Random.Shared.Next():x8}.staging";
        try
        {
            await BuildAsync(staging, ct);
        }
        catch (Exception exception) when (DiskFull.Is(exception))
        {
            RemoveStaging(); // what was fetched would be of use, but room is what is missing
            throw NoRoom(0, exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw NotWritable(exception);
        }
    }

    private async Task BuildAsync(string staging, CancellationToken ct)
    {
        Report(ProvisioningPhase.Updating);
        var dpkg = machine.FindTool("dpkg-deb");
        var apt = await PrivateApt.CreateAsync(machine, suite, Path.Combine(staging, "apt"), ct);
        await apt.UpdateAsync(ct);
        var closure = await apt.ResolveAsync(packages, ct);
        await TakeOverDownloadsAsync(closure.Packages, apt.ArchiveFolder, staging, ct);
        await DownloadAsync(apt, closure, ct);
        var root = Path.Combine(staging, "root");
        Directory.CreateDirectory(root);
        await UnpackAsync(dpkg, apt.ArchiveFolder, closure.Packages, root, ct);
        Report(ProvisioningPhase.Finishing);
        RootLayout.Complete(root);
        // Else the name could survive a power cut that the files did not.
        NativeMethods.SyncFileSystem(root);
        Directory.Move(root, target);
        // The packages are not kept: a finished root never needs them again, and another list of packages is rare.
        RemoveStaging();
    }

    // The kernel drops this lock when its holder dies, however it dies. The file stays: removing it would let two
    // processes hold locks on two files of the same name.
    private async Task<FileStream> TakeTurnAsync(CancellationToken ct)
    {
        const int heldByAnother = 11; // EAGAIN
        try
        {
            // Closed to others: as root, unpacked programs keep their set-user-id bits.
            Directory.CreateDirectory(machine.CacheFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            for (var waited = false; ; waited = true)
            {
                try
                {
                    return new FileStream(target + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException exception) when (exception.HResult == heldByAnother)
                {
                    if (!waited)
                        Report(ProvisioningPhase.Waiting);
                    await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
                }
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException && !DiskFull.Is(exception))
        {
            throw NotWritable(exception);
        }
        catch (IOException exception)
        {
            throw NoRoom(0, exception);
        }
    }

    // Moves whole packages of an interrupted attempt here and removes the rest of it. Half-fetched ones are left: the
    // killed process's apt may still be writing to them.
    private async Task TakeOverDownloadsAsync(IReadOnlyList<DebPackage> wanted, string archives, string staging, CancellationToken ct)
    {
        foreach (var stale in StagingFolders().Where(folder => folder != staging))
        {
            foreach (var package in wanted)
            {
                var file = Path.Combine(stale, "apt/var/cache/apt/archives", package.FileName);
                if (File.Exists(file) && await package.MatchesAsync(file, ct))
                    File.Move(file, Path.Combine(archives, package.FileName), overwrite: true);
            }
            TryDelete(stale);
        }
    }

    private async Task DownloadAsync(PrivateApt apt, PrivateApt.Closure closure, CancellationToken ct)
    {
        var here = closure.Packages.Where(package => File.Exists(Path.Combine(apt.ArchiveFolder, package.FileName))).ToList();
        var missingCount = closure.Packages.Count - here.Count;
        var (hereBytes, totalBytes) = (here.Sum(package => package.Bytes), closure.Packages.Sum(package => package.Bytes));
        var needed = totalBytes - hereBytes + closure.UnpackedBytes + SpareBytes;
        if (machine.FreeBytes(machine.CacheFolder) < needed)
            throw RemoveStagingAnd(NoRoom(needed, null));
        Report(0);
        await apt.DownloadAsync(packages, Report, ct);
        Report(1);

        void Report(double share) => progress.Report(new(
            ProvisioningPhase.Downloading,
            here.Count + (int)(missingCount * share), closure.Packages.Count,
            hereBytes + (long)((totalBytes - hereBytes) * share), totalBytes,
            clock.Elapsed));
    }

    private async Task UnpackAsync(string dpkg, string archives, IReadOnlyList<DebPackage> closure, string root, CancellationToken ct)
    {
        var (count, bytes, totalBytes) = (0, 0L, closure.Sum(package => package.Bytes));
        var reporting = new Lock();
        // Packages never share a file, and tar is content with a folder that another one has just made. The large ones go
        // first, so that none of them is left to be unpacked alone at the end.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = ct };
        await Parallel.ForEachAsync(closure.OrderByDescending(package => package.Bytes), parallel, async (package, ct) =>
        {
            var startInfo = new ProcessStartInfo(dpkg, ["--extract", Path.Combine(archives, package.FileName), root]) { Environment = { ["LC_ALL"] = "C" } };
            var result = await Tool.RunAsync(startInfo, null, ct);
            if (result.ExitCode != 0)
            {
                throw DiskFull.IsSaidIn(result.Errors)
                    ? DiskFull.Error(result.Errors)
                    : new ProvisioningException($"The package {package.FileName} cannot be unpacked ({result.Errors.Trim().ReplaceLineEndings("; ")}).");
            }
            lock (reporting) // reports leave in the order of their counts
                progress.Report(new(ProvisioningPhase.Unpacking, ++count, closure.Count, bytes += package.Bytes, totalBytes, clock.Elapsed));
        });
    }

    private void Report(ProvisioningPhase phase) => progress.Report(new(phase, 0, 0, 0, 0, clock.Elapsed));

    private string[] StagingFolders() =>
        Directory.GetDirectories(machine.CacheFolder, $"{Path.GetFileName(target)}.*.staging");

    private void RemoveStaging() => Array.ForEach(StagingFolders(), TryDelete);

    private ProvisioningException RemoveStagingAnd(ProvisioningException exception)
    {
        RemoveStaging();
        return exception;
    }

    // A left-over that resists (its killed owner's tar still writes to it) is in nobody's way; the next build tries again.
    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    private ProvisioningException NoRoom(long neededBytes, Exception? cause)
    {
        var needed = neededBytes == 0 ? "" : $" {ProvisioningProgress.Megabytes(neededBytes)} MB are needed and";
        return new(
            $"The disk that holds {machine.CacheFolder} is full:{needed} {ProvisioningProgress.Megabytes(machine.FreeBytes(machine.CacheFolder))} MB are free; free some, or set XDG_CACHE_HOME to a folder on another disk.", cause);
    }

    private ProvisioningException NotWritable(Exception cause) =>
        new($"The cache folder {machine.CacheFolder} cannot be written ({cause.Message.TrimEnd('.')}): make it writable, or set XDG_CACHE_HOME to a folder that is.", cause);
}
