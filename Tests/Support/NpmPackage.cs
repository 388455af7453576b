using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Platform.Tests.Support;

/// <summary>A package from wherever this machine's npm gets its packages.</summary>
internal static class NpmPackage
{
    /// <summary>Unpacks a package into a folder; skips the calling test when this machine has no npm.</summary>
    /// <param name="package">Its name and version.</param>
    /// <param name="integrity">What it must be: SHA-512, in base64.</param>
    /// <param name="folder">Where to; it is made.</param>
    public static async Task UnpackAsync(string package, string integrity, string folder)
    {
        Directory.CreateDirectory(folder);
        using var npm = Start(folder, package);
        Assert.SkipWhen(npm is null, $"npm, by which {package} is fetched, is not on this machine");
        var errors = npm.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var name = (await npm.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
        await npm.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(npm.ExitCode == 0, await errors);

        var packed = await File.ReadAllBytesAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken);
        Assert.Equal(integrity, Convert.ToBase64String(SHA512.HashData(packed)));
        await using var archive = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(archive, folder, overwriteFiles: true, TestContext.Current.CancellationToken);
        var unpacked = Path.Combine(folder, "package");
        Assert.True(Directory.Exists(unpacked), $"{package} has no folder 'package'.");
    }

    private static Process? Start(string folder, string package)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("npm", ["pack", package, "--silent", "--prefer-offline"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
