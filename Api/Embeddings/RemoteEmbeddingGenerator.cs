using System.Net;
using System.Net.Http.Headers;
using System.Numerics.Tensors;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Platform.Api.Embeddings;

/// <summary>
/// Has an OpenAI-compatible endpoint make the vectors (https://platform.openai.com/docs/api-reference/embeddings/create).
/// What may pass (408, 429, 5xx, no connection, no answer in time) is tried four times in all, with growing pauses or
/// those that the endpoint asks for; safe, since asking twice changes nothing there.
/// </summary>
internal sealed class RemoteEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private const int MaxTextsPerRequest = 128;

    // Below the 8,191 tokens that such models take, whatever the language; what a book is about is said by then.
    private const int MaxTextLength = 8000;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly RemoteEmbeddingOptions _options;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly ResiliencePipeline<HttpResponseMessage> _retries;
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        // A try has a limit of its own.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public RemoteEmbeddingGenerator(RemoteEmbeddingOptions options)
    {
        _options = options;
        _metadata = new EmbeddingGeneratorMetadata("openai", options.Endpoint, options.Model, LocalEmbedding.Dimensions);
        if (options.ApiKey is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        _retries = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromSeconds(0.5),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                    .Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
                    .HandleResult(response => response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError),
                DelayGenerator = attempt => ValueTask.FromResult(
                    attempt.Outcome.Result?.Headers.RetryAfter?.Delta is { } pause && pause <= LongestPause ? pause : (TimeSpan?)null),
                OnRetry = attempt =>
                {
                    attempt.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(options.Timeout)
            .Build();
    }

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var texts in values.Chunk(MaxTextsPerRequest))
            embeddings.AddRange(await AskAsync(texts, cancellationToken));
        return embeddings;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose() => _http.Dispose();

    private async Task<IEnumerable<Embedding<float>>> AskAsync(string[] texts, CancellationToken cancellationToken)
    {
        var request = new Request(_options.Model, [.. texts.Select(Shorten)], LocalEmbedding.Dimensions, "float");
        using var response = await _retries.ExecuteAsync(
            async cancellation => await _http.PostAsJsonAsync(_options.Endpoint, request, cancellation), cancellationToken);
        // Not the body: some endpoints repeat the key in it.
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"Embeddings:Endpoint answered {(int)response.StatusCode} for model {_options.Model}.", null, response.StatusCode);

        var answer = await response.Content.ReadFromJsonAsync<Response>(cancellationToken);
        var items = answer?.Data?.OrderBy(item => item.Index).ToArray() ?? [];
        if (!items.Select(item => item.Index).SequenceEqual(Enumerable.Range(0, texts.Length)))
            throw new InvalidOperationException($"Embeddings:Endpoint answered {items.Length} vectors for {texts.Length} texts.");
        return items.Select(item => new Embedding<float>(Check(item.Embedding)) { ModelId = _options.Model });
    }

    private float[] Check(float[] vector)
    {
        if (vector.Length != LocalEmbedding.Dimensions)
        {
            throw new InvalidOperationException(
                $"Embeddings:Model {_options.Model} gives vectors of {vector.Length} places where {LocalEmbedding.Dimensions} are needed; choose one that can shorten its vectors.");
        }
        if (!float.IsNormal(TensorPrimitives.Norm<float>(vector)))
            throw new InvalidOperationException($"Embeddings:Model {_options.Model} gave a vector without direction.");
        LocalEmbedding.Normalise(vector);
        return vector;
    }

    // Not in the middle of a character; and the protocol refuses empty texts.
    private static string Shorten(string text)
    {
        if (text.Length == 0)
            return " ";
        if (text.Length <= MaxTextLength)
            return text;
        return text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)];
    }

    private sealed record Request(
        [property: JsonPropertyName("model")] string Model,
        [property: JsonPropertyName("input")] string[] Input,
        [property: JsonPropertyName("dimensions")] int Dimensions,
        [property: JsonPropertyName("encoding_format")] string EncodingFormat);

    private sealed record Response([property: JsonPropertyName("data")] Item[]? Data);

    private sealed record Item(
        [property: JsonPropertyName("index")] int Index,
        [property: JsonPropertyName("embedding")] float[] Embedding);
}
