using System.Text.Json.Nodes;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>What is committed is in the log: all of it, in the order of the commits, once.</summary>
public sealed class PublishingTests(Stack stack) : IAsyncLifetime
{
    private PublishedLog _log = null!;

    public async ValueTask InitializeAsync() => _log = await PublishedLog.CreateAsync(stack);

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task A_row_that_changes_is_an_event_with_its_place_in_the_wal()
    {
        await _log.StartNodeAsync();
        var id = Guid.CreateVersion7();

        await _log.Database.ExecuteAsync("INSERT INTO catalog.books (id, title, ratings_count, created_at, updated_at) VALUES ($1, 'Middlemarch', 0, now(), now())", id);
        await _log.Database.ExecuteAsync("UPDATE catalog.books SET published_year = 1871 WHERE id = $1", id);

        var events = await _log.EventsAsync(2);
        Assert.Equal(["insert", "update"], events.Select(change => change.Operation));
        Assert.All(events, change => Assert.Equal([$"books/{id}", "catalog"], change.Topics));
        Assert.True(events[0].Id < events[1].Id);
        var told = JsonNode.Parse(events[1].Data.Span)!;
        Assert.Equal("Middlemarch", (string?)told["title"]);
        Assert.Equal(1871, (int?)told["publishedYear"]);
    }
}
