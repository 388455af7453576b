using System.Net;
using System.Net.ServerSentEvents;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

/// <summary>A reader of server-sent events.</summary>
internal sealed class EventStreamClient : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SseItem<string>> _items = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly HttpResponseMessage _answer;
    private readonly SseParser<string> _parser;
    private readonly Task _reading;

    private EventStreamClient(HttpResponseMessage answer, Stream body)
    {
        (_answer, _parser) = (answer, SseParser.Create(body));
        _reading = Task.Run(async () =>
        {
            await foreach (var item in _parser.EnumerateAsync(_ending.Token))
            {
                lock (_lock)
                {
                    _items.Add(item);
                }
            }
        });
    }

    /// <summary>What a browser would send when it comes back.</summary>
    public string LastEventId => _parser.LastEventId;

    /// <summary>Ends when the server ends it.</summary>
    public Task Over => _reading;

    public static async Task<EventStreamClient> OpenAsync(HttpClient http, string address, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new EventStreamClient(answer, await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The events, once there are so many.</summary>
    public async Task<IReadOnlyList<SseItem<string>>> ReadAsync(int count)
    {
        await Eventually.HoldsAsync(() => Task.FromResult(Items().Count >= count), $"{count} events (there are {Items().Count})");
        return Items();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _answer.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private List<SseItem<string>> Items()
    {
        lock (_lock)
        {
            return [.. _items];
        }
    }
}
