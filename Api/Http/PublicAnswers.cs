using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Platform.Api.Data;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>Answers public reads: from the cache as bytes, or from the database by way of the cache.</summary>
/// <remarks>
/// An answer from memory costs little, so everything on its way counts: no service scope, no
/// <see cref="HttpContext.RequestAborted"/> (which makes a token source), no timer. All that a request that waits must
/// have comes when it waits.
/// </remarks>
internal sealed class PublicAnswers
{
    private readonly CacheManager _cache;
    private readonly IServiceScopeFactory _scopes;
    private readonly DatabaseLimits _limits;
    private readonly JsonOptions _json;
    private readonly RequestDelegate _wait;

    public PublicAnswers(CacheManager cache, IServiceProvider services, DatabaseLimits limits, IOptions<JsonOptions> json)
    {
        (_cache, _scopes, _limits, _json) = (cache, services.GetRequiredService<IServiceScopeFactory>(), limits, json.Value);
        var waiting = new ApplicationBuilder(services);
        waiting.UseRequestTimeouts();
        waiting.Run(WaitAsync);
        _wait = waiting.Build();
    }

    internal Task AnswerAsync(HttpContext context, CachedRead read)
    {
        if (!ReadPosition.TryRead(context.Request, out var atLeast))
        {
            return ReadPosition.Refusal().ExecuteAsync(context);
        }

        // Before the read: what is applied while it runs, its value may lack.
        var applied = _cache.Applied;
        var result = _cache.ReadAsync(read.Key, (this, read), static (state, unwanted) => state.Item1.LoadAsync(state.read, unwanted), read.Policy, atLeast, CancellationToken.None);
        if (result.IsCompletedSuccessfully)
        {
            return WriteAsync(context, read, result.Result, applied);
        }

        context.Features.Set(new Waiting(read, result.AsTask(), applied));
        return _wait(context);
    }

    private static async Task WaitAsync(HttpContext context)
    {
        var waiting = context.Features.GetRequiredFeature<Waiting>();
        await WriteAsync(context, waiting.Read, await waiting.Result.WaitAsync(context.RequestAborted), waiting.Applied);
    }

    private async ValueTask<CachedAnswer?> LoadAsync(CachedRead read, CancellationToken unwanted)
    {
        await using var load = new DatabaseLoad(_scopes, _limits, unwanted);
        return await read.LoadAsync(new AnswerLoad(load.Services), _json.SerializerOptions, CancellationToken.None);
    }

    private static Task WriteAsync(HttpContext context, CachedRead read, CacheResult<CachedAnswer?> result, AppliedPosition? applied)
    {
        var response = context.Response;
        var headers = response.Headers;
        CacheHeaders.SayStatus(headers, result);
        ReadPosition.Say(headers, applied);
        if (result.Value is not { } answer)
        {
            return Problems.NotFound(read.Noun).ExecuteAsync(context);
        }

        CacheHeaders.SayFreshness(headers, result);
        headers.ETag = answer.ETag;
        if (result.Level == CacheLevel.Source && answer.ServerTiming is { } timing)
        {
            headers["Server-Timing"] = timing;
        }

        if (Representation.IsKnown(context.Request, answer.ETag.ToString()))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        headers.ContentType = Representation.ContentType;
        headers.ContentLength = answer.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        var written = response.BodyWriter.WriteAsync(answer.Body, CancellationToken.None);
        return written.IsCompletedSuccessfully ? Task.CompletedTask : written.AsTask();
    }

    private sealed record Waiting(CachedRead Read, Task<CacheResult<CachedAnswer?>> Result, AppliedPosition? Applied);
}
