using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Tests.Support;

/// <summary>A page of a browser, by the Chrome DevTools protocol (https://chromedevtools.github.io/devtools-protocol).</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _asked = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private Task _reading = Task.CompletedTask;
    private int _last;

    private BrowserPage()
    {
    }

    /// <summary>What the page's scripts have thrown, or written to the console as an error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public static async Task<BrowserPage> ConnectAsync(Uri address)
    {
        var page = new BrowserPage();
        await page._socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        page._reading = page.ReadAsync();
        await page.CallAsync("Runtime.enable", []);
        await page.CallAsync("Page.enable", []);
        return page;
    }

    /// <summary>Sets how large the page is, in pixels.</summary>
    public Task ResizeAsync(int width, int height) =>
        CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>Goes to another address.</summary>
    public async Task GoToAsync(Uri address)
    {
        var answer = await CallAsync("Page.navigate", new JsonObject { ["url"] = address.AbsoluteUri });
        Assert.True(answer["errorText"] is null, $"{address}: {answer["errorText"]}");
    }

    /// <summary>What a JavaScript expression is on the page; a promise is waited for.</summary>
    /// <exception cref="InvalidOperationException">It threw.</exception>
    public async Task<T?> EvaluateAsync<T>(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        if (answer["exceptionDetails"] is { } thrown)
            throw new InvalidOperationException(thrown.ToJsonString());
        return answer["result"]!["value"].Deserialize<T>();
    }

    /// <summary>Waits until a JavaScript expression is true; it may throw while the page is being loaded.</summary>
    public Task UntilAsync(string expression, string what, TimeSpan limit) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            return await EvaluateAsync<bool>(expression);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }, what, limit);

    /// <summary>A picture of what is seen, as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync() =>
        Convert.FromBase64String((string)(await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" }))["data"]!);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task<JsonObject> CallAsync(string method, JsonObject parameters)
    {
        var id = Interlocked.Increment(ref _last);
        var answered = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        return await answered.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                    continue;
                Take(JsonNode.Parse(message.ToArray())!.AsObject());
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or JsonException)
        {
            foreach (var waiting in _asked.Values)
                waiting.TrySetException(new InvalidOperationException("The page is gone.", e));
        }
    }

    private void Take(JsonObject message)
    {
        if ((int?)message["id"] is { } id && _asked.TryRemove(id, out var waiting))
        {
            if (message["error"] is { } error)
                waiting.TrySetException(new InvalidOperationException(error.ToJsonString()));
            else
                waiting.TrySetResult(message["result"]!.AsObject());
        }
        else if ((string?)message["method"] == "Runtime.exceptionThrown" || ((string?)message["method"] == "Runtime.consoleAPICalled" && (string?)message["params"]!["type"] == "error"))
        {
            _errors.Enqueue(message["params"]!.ToJsonString());
        }
    }
}
