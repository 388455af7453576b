using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Realtime;

/// <summary>A site whose page uses the official JavaScript client, and says here what it is told.</summary>
internal sealed class JavaScriptPage : IAsyncDisposable
{
    private const string Package = "@microsoft/signalr@10.0.0";

    private readonly WebApplication _site;
    private readonly ConcurrentQueue<JsonObject> _said = [];

    private JavaScriptPage(WebApplication site) => _site = site;

    /// <summary>The site's origin.</summary>
    public string Origin => _site.Urls.Single();

    /// <summary>All that the page has said, in order.</summary>
    public IReadOnlyList<JsonObject> Said => [.. _said];

    /// <summary>What it has been told: the ids and what was written.</summary>
    public IReadOnlyList<(string Id, string Publisher)> Changes => [.. Of("change").Select(said => ((string)said["id"]!, (string)said["publisher"]!))];

    public static async Task<JavaScriptPage> StartAsync()
    {
        var client = await ClientAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        var page = new JavaScriptPage(site);
        site.MapGet("/signalr.js", () => Results.Bytes(client, "text/javascript"));
        site.MapGet("/", () => Results.File(Path.Combine(AppContext.BaseDirectory, "Realtime", "javascript-client.html"), "text/html"));
        site.MapPost("/said", async (HttpRequest request) => page._said.Enqueue((await JsonSerializer.DeserializeAsync<JsonObject>(request.Body))!));
        await site.StartAsync(TestContext.Current.CancellationToken);
        return page;
    }

    /// <summary>The page, which subscribes to a topic of the hub.</summary>
    public Uri Address(Uri hub, string topic) => new($"{Origin}/?hub={Uri.EscapeDataString(hub.AbsoluteUri)}&topic={Uri.EscapeDataString(topic)}");

    /// <summary>What it has said of one kind.</summary>
    public IEnumerable<JsonObject> Of(string what) => _said.Where(said => (string?)said["what"] == what);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    // From wherever this machine's npm gets its packages.
    private static async Task<byte[]> ClientAsync()
    {
        var folder = Directory.CreateTempSubdirectory("signalr-");
        try
        {
            using var npm = Start(folder.FullName);
            Assert.SkipWhen(npm is null, "npm, by which the JavaScript client is fetched, is not on this machine");
            var errors = npm.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var name = (await npm.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim();
            await npm.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(npm.ExitCode == 0, await errors);

            await using var packed = new GZipStream(File.OpenRead(Path.Combine(folder.FullName, name)), CompressionMode.Decompress);
            await using var archive = new TarReader(packed);
            while (await archive.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
            {
                if (entry.Name != "package/dist/browser/signalr.min.js")
                    continue;
                using var script = new MemoryStream();
                await entry.DataStream!.CopyToAsync(script, TestContext.Current.CancellationToken);
                return script.ToArray();
            }

            throw new InvalidOperationException($"{Package} has no script for browsers.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Process? Start(string folder)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("npm", ["pack", Package, "--silent"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
