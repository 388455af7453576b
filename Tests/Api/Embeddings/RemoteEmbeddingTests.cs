using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Platform.Api.Embeddings;

namespace Platform.Tests.Api.Embeddings;

/// <summary>Against an endpoint on a real port that speaks the protocol.</summary>
public sealed class RemoteEmbeddingTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string? Authorization, JsonElement Body)> _requests = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task<bool>>> _faults = new();
    private WebApplication _endpoint = null!;
    private int _dimensions = 256;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _endpoint = builder.Build();
        _endpoint.MapPost("/v1/embeddings", async (HttpContext context, JsonElement body) =>
        {
            _requests.Enqueue((context.Request.Headers.Authorization, body));
            if (_faults.TryDequeue(out var fault) && await fault(context))
                return;
            // The last first: the index says which text a vector is of.
            var data = body.GetProperty("input").EnumerateArray().Select((text, index) => new
            {
                index,
                embedding = Enumerable.Range(0, _dimensions).Select(place => place == text.GetString()!.Length % _dimensions ? 2f : 0f),
            }).Reverse();
            await context.Response.WriteAsJsonAsync(new { data, usage = new { total_tokens = 1 } });
        });
        await _endpoint.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    [Fact]
    public async Task Texts_are_sent_as_the_protocol_says_and_vectors_come_back_in_their_order()
    {
        using var generator = Generator();

        var vectors = await GenerateAsync(generator, "a", "bb", "");

        var (authorization, body) = Assert.Single(_requests);
        Assert.Equal("Bearer secret", authorization);
        Assert.Equal("test-model", body.GetProperty("model").GetString());
        Assert.Equal(256, body.GetProperty("dimensions").GetInt32());
        Assert.Equal("float", body.GetProperty("encoding_format").GetString());
        Assert.Equal(["a", "bb", " "], body.GetProperty("input").EnumerateArray().Select(text => text.GetString()!));
        Assert.Equal([1, 2, 1], vectors.Select(vector => TensorPrimitives.IndexOfMax(vector.Vector.Span)));
        Assert.All(vectors, vector => Assert.Equal(1, TensorPrimitives.Norm(vector.Vector.Span), 1e-4));
        Assert.Equal("test-model", generator.ModelId());
    }

    [Fact]
    public async Task Many_and_long_texts_are_sent_in_parts_that_endpoints_take()
    {
        using var generator = Generator();

        var vectors = await GenerateAsync(generator, [.. Enumerable.Repeat("a", 300), new string('x', 7999) + "😀"]);

        Assert.Equal(301, vectors.Count);
        Assert.Equal([128, 128, 45], _requests.Select(request => request.Body.GetProperty("input").GetArrayLength()));
        Assert.Equal(7999, _requests.Last().Body.GetProperty("input").EnumerateArray().Last().GetString()!.Length);
    }

    [Fact]
    public async Task What_passes_is_tried_again()
    {
        _faults.Enqueue(Status(429));
        _faults.Enqueue(Status(500));
        _faults.Enqueue(context =>
        {
            context.Abort();
            return Task.FromResult(true);
        });
        using var generator = Generator();

        var vectors = await GenerateAsync(generator, "a");

        Assert.Single(vectors);
        Assert.Equal(4, _requests.Count);
    }

    [Fact]
    public async Task An_endpoint_that_hangs_is_asked_again()
    {
        _faults.Enqueue(async context =>
        {
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        });
        using var generator = Generator(("Embeddings:Timeout", "00:00:00.5"));

        Assert.Single(await GenerateAsync(generator, "a"));
    }

    [Fact]
    public async Task What_does_not_pass_is_not_tried_again_and_tells_no_secret()
    {
        _faults.Enqueue(Status(401));
        using var generator = Generator();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => GenerateAsync(generator, "a"));

        Assert.Equal("Embeddings:Endpoint answered 401 for model test-model.", error.Message);
        Assert.Single(_requests);
    }

    [Fact]
    public async Task An_outage_ends_after_four_tries()
    {
        for (var i = 0; i < 10; i++)
            _faults.Enqueue(Status(503));
        using var generator = Generator();

        await Assert.ThrowsAsync<HttpRequestException>(() => GenerateAsync(generator, "a"));

        Assert.Equal(4, _requests.Count);
    }

    [Fact]
    public async Task Vectors_of_another_size_are_refused()
    {
        _dimensions = 1536;
        using var generator = Generator();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => GenerateAsync(generator, "a"));

        Assert.Equal("Embeddings:Model test-model gives vectors of 1536 places where 256 are needed; choose one that can shorten its vectors.", error.Message);
    }

    [Fact]
    public async Task A_missing_vector_is_noticed()
    {
        _faults.Enqueue(async context =>
        {
            await context.Response.WriteAsJsonAsync(new { data = new[] { new { index = 0, embedding = new float[256] } } });
            return true;
        });
        using var generator = Generator();

        await Assert.ThrowsAsync<InvalidOperationException>(() => GenerateAsync(generator, "a", "b"));
    }

    [Theory]
    [InlineData("Embeddings:Endpoint", "localhost:1234", "test-model")]
    [InlineData("Embeddings:Endpoint", null, "test-model")]
    [InlineData("Embeddings:Model", "http://localhost/v1", null)]
    public void A_setting_that_is_missing_or_wrong_is_named_at_the_start(string named, string? endpoint, string? model)
    {
        var configuration = Configuration(("Embeddings:Endpoint", endpoint), ("Embeddings:Model", model));

        var error = Assert.Throws<InvalidOperationException>(() => RemoteEmbeddingOptions.Read(configuration));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("00:00:00")]
    [InlineData("1.00:00:00")]
    public void A_timeout_out_of_range_is_named_at_the_start(string timeout)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Generator(("Embeddings:Timeout", timeout)));

        Assert.StartsWith("Embeddings:Timeout must be", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("near")]
    [InlineData("-0.1")]
    [InlineData("1.01")]
    [InlineData("NaN")]
    public void A_least_cosine_out_of_range_is_named_at_the_start(string leastCosine)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Generator(("Embeddings:LeastCosine", leastCosine)));

        Assert.StartsWith("Embeddings:LeastCosine must be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_endpoint_embeddings_are_made_locally()
    {
        Assert.Null(RemoteEmbeddingOptions.Read(Configuration()));
    }

    private RemoteEmbeddingGenerator Generator(params (string Key, string? Value)[] settings) => new(RemoteEmbeddingOptions.Read(Configuration(
        [("Embeddings:Endpoint", _endpoint.Urls.Single() + "/v1/"), ("Embeddings:Model", "test-model"), ("Embeddings:ApiKey", "secret"), .. settings]))!);

    private static Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(RemoteEmbeddingGenerator generator, params string[] texts) =>
        generator.GenerateAsync(texts, cancellationToken: TestContext.Current.CancellationToken);

    private static IConfiguration Configuration(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();

    private static Func<HttpContext, Task<bool>> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = "0";
        return Task.FromResult(true);
    };
}
