using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Platform.Realtime.Changes;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

public sealed class EventStreamTests : IAsyncLifetime
{
    private const string Book = "books/0199f000-0000-7000-8000-0000000000aa";
    private const string Other = "books/0199f000-0000-7000-8000-0000000000bb";
    private HandFedNode _node = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await HandFedNode.StartAsync(("Realtime:RecentChanges", "8"), ("Realtime:QueueLength", "16"), ("Realtime:KeepAlive", "00:00:00.2"));
        _http = new HttpClient { BaseAddress = _node.Address };
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _node.DisposeAsync();
    }

    [Fact]
    public async Task Changes_of_several_topics_are_told_in_one_order_with_ids()
    {
        await using var stream = await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book},{Other}");

        var first = Commit(1, Book);
        Commit(2, Other);
        Commit(3, "catalog");
        var last = Commit(4, Other);

        var told = await stream.ReadAsync(3);
        Assert.Equal([(1, Book), (2, Other), (4, Other)], told.Select(item => (Number(item), Topic(item))));
        Assert.All(told, item => Assert.Equal("change", item.EventType));
        Assert.Equal((first, last), (told[0].EventId, told[2].EventId));
        Assert.Equal(first, JsonDocument.Parse(told[0].Data).RootElement.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task Who_comes_back_with_the_last_id_is_told_all_since_once_in_order(int missed)
    {
        string? last;
        await using (var stream = await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book},{Other}"))
        {
            Commit(0, Book);
            last = (await stream.ReadAsync(1))[0].EventId;
        }

        for (var n = 1; n <= missed; n++)
        {
            Commit(n, n % 3 == 0 ? Book : Other);
        }

        await using var again = await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book},{Other}&after=0/1", last);
        Commit(missed + 1, Book);

        Assert.Equal(Enumerable.Range(1, missed + 1), (await again.ReadAsync(missed + 1)).Select(Number));
    }

    [Fact]
    public async Task A_change_of_two_of_its_topics_has_its_id_with_the_last()
    {
        await using var stream = await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book},{Other}");

        var before = _node.Now;
        var id = Commit(1, Book, Other);
        Commit(2, Book);

        var told = await stream.ReadAsync(3);
        Assert.Equal([before, id], told.Take(2).Select(item => item.EventId));
        Assert.Equal([Book, Other], told.Take(2).Select(Topic));
    }

    [Fact]
    public async Task Who_is_told_nothing_for_long_knows_all_the_same_where_they_are()
    {
        await using var stream = await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book}");
        var now = Commit(1, Other);

        await Eventually.HoldsAsync(() => Task.FromResult(stream.LastEventId == now), "the id has come");
    }

    [Fact]
    public async Task A_gap_is_an_event_of_its_own_for_each_topic()
    {
        var after = Commit(0, Book);
        for (var n = 1; n <= 20; n++)
        {
            Commit(n, Book);
        }

        _node.Floor = Position(Commit(21, Book));
        var last = Commit(22, Book);
        for (var n = 0; n < 10; n++)
        {
            Commit(n, "catalog");
        }

        await using var stream = await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book},{Other}", after);

        var told = await stream.ReadAsync(3);
        Assert.Equal([("gap", Book), ("gap", Other), ("change", Book)], told.Select(item => (item.EventType, Topic(item))));
        Assert.Equal((after, $"{HandFedNode.Epoch}:{_node.Floor}", last), (told[0].EventId, told[1].EventId, told[2].EventId));
    }

    [Theory]
    [InlineData("", "topics")]
    [InlineData("?topics=", "topics")]
    [InlineData("?topics=books", "topics")]
    [InlineData("?topics=catalog,!all", "topics")]
    [InlineData("?topics=catalog&after=yesterday", "after")]
    public async Task What_cannot_be_asked_for_is_answered_with_what_can(string query, string field)
    {
        using var answer = await _http.GetAsync("/changes" + query, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.NotEmpty(problem.RootElement.GetProperty("errors").GetProperty(field)[0].GetString()!);
    }

    [Fact]
    public async Task Strangers_are_asked_to_log_in_for_what_is_somebodys()
    {
        using var answer = await _http.GetAsync("/changes?topics=catalog,users/me", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_connection_that_has_gone_leaves_nothing_behind()
    {
        await using (await EventStreamClient.OpenAsync(_http, $"/changes?topics={Book},{Other}"))
        {
            Assert.Equal(2, _node.Fanout.Subscriptions);
        }

        await Eventually.HoldsAsync(() => Task.FromResult(_node.Fanout.Subscriptions == 0), "the subscriptions are gone");
    }

    private string Commit(int n, params string[] topics) => _node.Commit(string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{n}}}"""), topics);

    private static int Number(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement.GetProperty("data").GetProperty("n").GetInt32();

    private static string Topic(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement.GetProperty("topic").GetString()!;

    private static ChangePosition Position(string id) => ChangePosition.TryParse(id.Split(':')[1], out var position) ? position : throw new FormatException(id);
}
