using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>A site whose page uses the official JavaScript client, and says here what it is told.</summary>
internal sealed class JavaScriptPage : IAsyncDisposable
{
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

    private static async Task<byte[]> ClientAsync()
    {
        var folder = Directory.CreateTempSubdirectory("signalr-");
        try
        {
            await NpmPackage.UnpackAsync("@microsoft/signalr@10.0.0", "0BRqz/uCx3JdrOqiqgFhih/+hfTERaUfCZXFB52uMaZJrKaPRzHzMuqVsJC/V3pt7NozcNXGspjKiQEK+X7P2w==", folder.FullName);
            return await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "package", "dist", "browser", "signalr.min.js"), TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
