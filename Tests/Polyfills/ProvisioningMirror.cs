using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Engineless.Provisioning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Polyfills;

/// <summary>
/// A small package mirror on this machine, made from real packages that are fetched once, for tests that fetch often
/// or need a mirror that hangs.
/// </summary>
[CollectionDefinition(Collection)]
public sealed class ProvisioningMirror : IAsyncLifetime, ICollectionFixture<ProvisioningMirror>
{
    /// <summary>The tests that share it, one at a time.</summary>
    public const string Collection = "package mirror";

    private readonly ProvisioningFolder _folder = new();
    private WebApplication? _server;
    private Stall? _stall;

    /// <summary>An apt configuration folder whose one source is this mirror.</summary>
    internal string AptFolder => _folder.InFolder("etc");

    private readonly ConcurrentQueue<string> _asked = new();
    private int _test;

    /// <summary>How many package files the test asked for, repetitions included.</summary>
    internal int Asked => _asked.Count;

    /// <summary>The package files that the test asked for since then; apt repeats a request when the machine is slow to answer.</summary>
    /// <param name="before">How many had been asked for.</param>
    internal IReadOnlyCollection<string> AskedSince(int before) => [.. _asked.Skip(before).Distinct()];

    /// <summary>A package file that is sent by half, and then no further.</summary>
    internal sealed record Stall(string Package)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when half of it has been sent.</summary>
        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

        internal void Reach() => _reached.TrySetResult();
    }

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var machine = _folder.Machine;
        var packages = ProvisioningFolder.Packages.Concat(PackageRoot.AlwaysNeeded).Append("netbase").ToList();
        var apt = await PrivateApt.CreateAsync(machine, PackageSuite.For(machine), _folder.InFolder("apt"), ct);
        await apt.UpdateAsync(ct);
        var closure = await apt.ResolveAsync(packages, ct);
        await apt.DownloadAsync(packages, _ => { }, ct);
        var files = _folder.CreateFolder("www");
        Directory.Move(Path.Combine(_folder.InFolder("apt"), PrivateApt.ArchiveFolder), Path.Combine(files, "pool"));
        await WriteIndexAsync(files, closure.Packages, ct);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Urls.Add("http://127.0.0.1:0");
        _server.Use(StallAsync);
        var types = new FileExtensionContentTypeProvider { Mappings = { [".deb"] = "application/octet-stream" } };
        _server.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(files), ContentTypeProvider = types, ServeUnknownFileTypes = true });
        await _server.StartAsync(ct);
        _folder.CreateFolder("etc");
    }

    /// <summary>A folder for a test, whose requests alone count from now on: what a killed one sent may still be read here.</summary>
    internal ProvisioningFolder CreateFolder()
    {
        WriteSources(AptFolder, $"{_server!.Urls.Single()}/{++_test}");
        _asked.Clear();
        return new ProvisioningFolder();
    }

    /// <summary>Makes one package hang until another call; null lets all through.</summary>
    internal Stall? StallAt(string? package) => _stall = package is null ? null : new(package);

    /// <summary>Writes apt sources with one entry that passes for Debian's own.</summary>
    internal static void WriteSources(string aptFolder, string address)
    {
        File.WriteAllText(Path.Combine(aptFolder, "sources.list"), $"deb [trusted=yes] {address}/ stable main\n");
        File.WriteAllText(Path.Combine(aptFolder, "os-release"), "ID=debian\n");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StallAsync(HttpContext context, RequestDelegate next)
    {
        var name = Path.GetFileName(context.Request.Path.Value!);
        var own = string.Create(CultureInfo.InvariantCulture, $"/{_test}");
        if (context.Request.Path.StartsWithSegments(own, out var path) && name.EndsWith(".deb", StringComparison.Ordinal))
            _asked.Enqueue(name);
        context.Request.Path = path;
        if (_stall is not { } stall || !name.StartsWith(stall.Package, StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder.InFolder("www"), "pool", name), context.RequestAborted);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        stall.Reach();
        var clientGone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(clientGone.SetResult);
        await clientGone.Task;
    }

    private static async Task WriteIndexAsync(string files, IEnumerable<DebPackage> packages, CancellationToken ct)
    {
        var index = new StringBuilder();
        foreach (var package in packages)
        {
            var control = await Tool.RunAsync(new("dpkg-deb", ["--field", Path.Combine(files, "pool", package.FileName)]), null, ct);
            index.Append(CultureInfo.InvariantCulture, $"{control.Output.TrimEnd()}\nFilename: pool/{package.FileName}\nSize: {package.Bytes}\nSHA256: {package.Sha256}\n\n");
        }

        var suite = Path.Combine(files, "dists/trixie");
        var listed = $"main/binary-{Machine.Architecture}/Packages";
        var bytes = Encoding.UTF8.GetBytes(index.ToString());
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(suite, listed))!);
        await File.WriteAllBytesAsync(Path.Combine(suite, listed), bytes, ct);
        await File.WriteAllTextAsync(
            Path.Combine(suite, "Release"),
            $"Suite: stable\nCodename: trixie\nArchitectures: {Machine.Architecture}\nComponents: main\nDate: Fri, 01 Jan 2021 00:00:00 UTC\nSHA256:\n {Convert.ToHexStringLower(SHA256.HashData(bytes))} {bytes.Length} {listed}\n",
            ct);
    }
}
