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

    private long _neededBytes; // 0 until it is known

    public async Task BuildAsync(CancellationToken ct)
    {
        machine.FindTool("apt-get");
        machine.FindTool("dpkg-deb");
        await using var turn = await TakeTurnAsync(ct);
        if (Directory.Exists(target))
            return; // another process built it while this one waited
        // A name of its own for each attempt: the apt or dpkg of a killed process may still be writing to its staging
        // folder when the next start is here, and must find nothing of ours.
        var staging = new StagingFolder($"{target}.{Environment.ProcessId}-{Random.Shared.Next():x8}{StagingFolder.Suffix}");
        try
        {
            await BuildAsync(staging, ct);
        }
        catch (Exception exception) when (DiskFull.Is(exception))
        {
            staging.Remove(); // what was fetched would be of use, but room is what is missing
            throw NoRoom(exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw NotWritable(exception);
        }
        finally
        {
            staging.RemoveUnlessUseful();
        }
    }

    private async Task BuildAsync(StagingFolder staging, CancellationToken ct)
    {
        Report(ProvisioningPhase.Updating);
        foreach (var stale in StaleFolders(staging))
            stale.RemoveUnpacked(); // the larger part, whose room is needed now
        var apt = await PrivateApt.CreateAsync(machine, suite, staging.Apt, ct);
        await apt.UpdateAsync(ct);
        var closure = await apt.ResolveAsync(packages, ct);
        foreach (var stale in StaleFolders(staging))
            await stale.MovePackagesAsync(closure.Packages, staging, ct);
        await DownloadAsync(apt, closure, staging, ct);
        Directory.CreateDirectory(staging.Root);
        await UnpackAsync(staging, closure.Packages, ct);
        Report(ProvisioningPhase.Finishing);
        RootLayout.Complete(staging.Root);
        // Else the name could survive a power cut that the files did not.
        NativeMethods.SyncFileSystem(Path.Combine(staging.Root, "etc/passwd"));
        Directory.Move(staging.Root, target);
        // The packages are not kept: a finished root never needs them again, and another list of packages is rare.
        staging.Remove();
    }

    // What killed or failed attempts left. Those of this root are nobody's, as this process has the turn; those of
    // another root may be at work, unless its turn is free.
    private IEnumerable<StagingFolder> StaleFolders(StagingFolder own)
    {
        foreach (var folder in Directory.GetDirectories(machine.CacheFolder, $"*{StagingFolder.Suffix}").Where(folder => folder != own.Path))
        {
            var owner = folder[..folder.IndexOf('.', machine.CacheFolder.Length + 1)];
            using var turn = owner == target ? null : TryTakeTurn(owner);
            if (owner == target || turn is not null)
                yield return new(folder);
        }
    }

    private async Task<FileStream> TakeTurnAsync(CancellationToken ct)
    {
        try
        {
            // Closed to others: as root, unpacked programs keep their set-user-id bits.
            Directory.CreateDirectory(machine.CacheFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            for (var waited = false; ; waited = true)
            {
                if (TryTakeTurn(target) is { } turn)
                    return turn;
                if (!waited)
                    Report(ProvisioningPhase.Waiting);
                await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException && !DiskFull.Is(exception))
        {
            throw NotWritable(exception);
        }
        catch (IOException exception)
        {
            throw NoRoom(exception);
        }
    }

    // The kernel drops this lock when its holder dies, however it dies. The file stays: removing it would let two
    // processes hold locks on two files of the same name.
    private static FileStream? TryTakeTurn(string root)
    {
        const int heldByAnother = 11; // EAGAIN
        try
        {
            return new FileStream(root + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == heldByAnother)
        {
            return null;
        }
    }

    private async Task DownloadAsync(PrivateApt apt, PrivateApt.Closure closure, StagingFolder staging, CancellationToken ct)
    {
        var here = closure.Packages.Where(package => File.Exists(Path.Combine(staging.Archives, package.FileName))).ToList();
        var missingCount = closure.Packages.Count - here.Count;
        var (hereBytes, totalBytes) = (here.Sum(package => package.Bytes), closure.Packages.Sum(package => package.Bytes));
        _neededBytes = totalBytes - hereBytes + closure.UnpackedBytes + SpareBytes;
        if (machine.FreeBytes(machine.CacheFolder) < _neededBytes)
            throw NoRoom(null);
        Report(0);
        await apt.DownloadAsync(packages, Report, ct);
        Report(1);

        void Report(double share) => progress.Report(new(
            ProvisioningPhase.Downloading,
            here.Count + (int)(missingCount * share), closure.Packages.Count,
            hereBytes + (long)((totalBytes - hereBytes) * share), totalBytes,
            clock.Elapsed));
    }

    private async Task UnpackAsync(StagingFolder staging, IReadOnlyList<DebPackage> closure, CancellationToken ct)
    {
        var dpkg = machine.FindTool("dpkg-deb");
        var (count, bytes, totalBytes) = (0, 0L, closure.Sum(package => package.Bytes));
        var reporting = new Lock();
        // Packages never share a file, and tar is content with a folder that another one has just made. The large ones go
        // first, so that none of them is left to be unpacked alone at the end.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = ct };
        await Parallel.ForEachAsync(closure.OrderByDescending(package => package.Bytes), parallel, async (package, ct) =>
        {
            var startInfo = new ProcessStartInfo(dpkg, ["--extract", Path.Combine(staging.Archives, package.FileName), staging.Root]) { Environment = { ["LC_ALL"] = "C" } };
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

    private ProvisioningException NoRoom(Exception? cause)
    {
        var needed = _neededBytes == 0 ? "" : $" {ProvisioningProgress.Megabytes(_neededBytes)} MB are needed and";
        return new(
            $"The disk that holds {machine.CacheFolder} is full:{needed} {ProvisioningProgress.Megabytes(machine.FreeBytes(machine.CacheFolder))} MB are free; free some, or set XDG_CACHE_HOME to a folder on another disk.", cause);
    }

    private ProvisioningException NotWritable(Exception cause) =>
        new($"The cache folder {machine.CacheFolder} cannot be written ({cause.Message.TrimEnd('.')}): make it writable, or set XDG_CACHE_HOME to a folder that is.", cause);
}
