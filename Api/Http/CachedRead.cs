using System.Net.Mime;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>A public read: what it is called, how it is cached, and how it is read when it is not.</summary>
/// <param name="policy">How it is cached.</param>
/// <param name="key">Names it: two reads of one key get one answer.</param>
/// <param name="noun">What there is none of when nothing is found.</param>
internal abstract class CachedRead(CachePolicy policy, CacheKey key, string noun) : IResult
{
    internal CachePolicy Policy { get; } = policy;

    internal CacheKey Key { get; } = key;

    internal string Noun { get; } = noun;

    public Task ExecuteAsync(HttpContext httpContext) =>
        httpContext.GetEndpoint()!.Metadata.GetRequiredMetadata<PublicAnswers>().AnswerAsync(httpContext, this);

    internal abstract Task<CachedAnswer?> LoadAsync(AnswerLoad load, JsonSerializerOptions json, CancellationToken cancellationToken);
}

/// <inheritdoc />
/// <param name="policy">How it is cached.</param>
/// <param name="key">Names it.</param>
/// <param name="noun">What there is none of when <paramref name="read"/> finds nothing.</param>
/// <param name="read">
/// Reads it; null when there is none. It runs apart from the request, for whoever else asks as well, so it must use
/// nothing of the request but what is in the key.
/// </param>
internal sealed class CachedRead<T>(CachePolicy policy, CacheKey key, string noun, Func<AnswerLoad, CancellationToken, Task<T?>> read)
    : CachedRead(policy, key, noun), IEndpointMetadataProvider
    where T : class
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [MediaTypeNames.Application.Json]));

    internal override async Task<CachedAnswer?> LoadAsync(AnswerLoad load, JsonSerializerOptions json, CancellationToken cancellationToken) =>
        await read(load, cancellationToken) is { } value ? CachedAnswer.Of(value, json, load) : null;
}
