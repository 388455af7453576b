using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Emulators.Cosmos;

/// <summary>An account that fails on command, as the service does on its bad days: what it does not answer itself the emulator does.</summary>
internal sealed class CosmosProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _emulator;
    private Func<HttpRequest, Fault?> _faults = _ => null;
    private int _faulted;

    private CosmosProxy(CosmosEmulator emulator)
    {
        _emulator = new HttpClient { BaseAddress = emulator.Address };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(CarryAsync);
    }

    /// <summary>What happens to a request instead of its being answered as usual.</summary>
    /// <param name="Status">The status it is answered with; 0 for a connection that is closed without one.</param>
    /// <param name="IsDone">Whether it is carried out all the same.</param>
    /// <param name="After">It is answered then.</param>
    /// <param name="RetryAfter">What <c>x-ms-retry-after-ms</c> says.</param>
    internal sealed record Fault(int Status = 0, bool IsDone = false, Task? After = null, TimeSpan? RetryAfter = null);

    /// <summary>How many requests failed on command.</summary>
    public int Faulted => Volatile.Read(ref _faulted);

    public string ConnectionString => $"AccountEndpoint={_app.Urls.Single()};AccountKey={CosmosEmulator.Key}";

    public static async Task<CosmosProxy> StartAsync(CosmosEmulator emulator)
    {
        var proxy = new CosmosProxy(emulator);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>Fails by a rule, which is asked of each request; null has it answered as usual.</summary>
    public void Fail(Func<HttpRequest, Fault?> rule) => Volatile.Write(ref _faults, rule);

    /// <summary>Whether a request writes items: by itself, in a batch, or in bulk.</summary>
    public static bool IsWrite(HttpRequest request) =>
        request.Method == HttpMethods.Post && request.Path.Value!.EndsWith("/docs", StringComparison.Ordinal) && request.ContentType != "application/query+json";

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _emulator.Dispose();
    }

    private async Task CarryAsync(HttpContext context)
    {
        if (Volatile.Read(ref _faults)(context.Request) is not { } fault)
        {
            await AnswerAsync(context);
            return;
        }

        Interlocked.Increment(ref _faulted);
        if (fault.IsDone)
        {
            using var lost = await AskAsync(context);
        }

        if (fault.After is not null)
            await fault.After.WaitAsync(context.RequestAborted);
        if (fault.Status == 0)
        {
            context.Abort();
            return;
        }

        if (fault.Status == StatusCodes.Status200OK)
        {
            await AnswerAsync(context);
            return;
        }

        context.Response.StatusCode = fault.Status;
        if (fault.RetryAfter is { } after)
            context.Response.Headers["x-ms-retry-after-ms"] = $"{(int)after.TotalMilliseconds}";
        await context.Response.WriteAsJsonAsync(new { code = "Test", message = "on command" }, context.RequestAborted);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var answer = await AskAsync(context);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
            context.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path.ToUriComponent() + context.Request.QueryString);
        // Sized, as the SDK sends it.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        request.Content = body.Length > 0 ? new ByteArrayContent(body.ToArray()) : null;
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return await _emulator.SendAsync(request, context.RequestAborted);
    }
}
