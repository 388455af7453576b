namespace Platform.Tests.Realtime.Clients;

/// <summary>The way to an Api, on which a test can hold questions back, lose them, and count them.</summary>
internal sealed class GatedApi(HttpClient api) : HttpMessageHandler
{
    private int _questions;

    public Uri Address { get; } = api.BaseAddress!;

    /// <summary>How many questions of rights were asked.</summary>
    public int Questions => Volatile.Read(ref _questions);

    /// <summary>Whether nobody answers.</summary>
    public bool IsAway { get; set; }

    /// <summary>Ends when answers about a topic come through; by its name.</summary>
    public Func<string, Task> Gate { get; set; } = static _ => Task.CompletedTask;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new HttpRequestException("The Api is away.");
        }

        using var question = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers)
        {
            question.Headers.Add(name, values);
        }

        var answer = await api.SendAsync(question, cancellationToken);
        if (request.RequestUri!.Query.StartsWith("?topic=", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _questions);
            await Gate(Uri.UnescapeDataString(request.RequestUri.Query["?topic=".Length..])).WaitAsync(cancellationToken);
        }

        return answer;
    }
}
