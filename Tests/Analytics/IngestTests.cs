using Microsoft.Azure.Cosmos;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics;

/// <summary>What happens in the database is in the event store, once, whatever dies on the way.</summary>
public sealed class IngestTests(Stack stack) : IAsyncLifetime
{
    private StoredDatabase _store = null!;

    public async ValueTask InitializeAsync() => _store = await StoredDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_was_there_is_found_and_what_happens_follows_it_in_order()
    {
        var book = await _store.AddBookAsync("before");
        await using var analytics = _store.Start();
        await _store.HoldsAsync(book, events => events.Count == 1);

        await _store.Database.ExecuteAsync("UPDATE catalog.books SET title = 'after', language = 'en' WHERE id = $1", book);
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET title = 'last' WHERE id = $1", book);
        await _store.HoldsAsync(book, events => events.Count == 3);

        var stored = await _store.EventsAsync(book);
        Assert.Equal(["book.found", "book.updated", "book.updated"], stored.Select(one => one.Type));
        Assert.Equal(["before", "after", "last"], stored.Select(one => one.Data["title"].GetString()));
        Assert.Equal("en", stored[1].Data["language"].GetString());
        Assert.DoesNotContain(stored, one => one.Data.ContainsKey("description"));
    }

    [Fact]
    public async Task What_people_do_with_books_is_an_event_of_theirs_and_so_is_a_review_that_they_take_back()
    {
        await using var api = ApiFixture.Host(_store.Database);
        using var reader = api.CreateClient();
        var (user, _) = await reader.RegisterAsync(_store.Database, "reader@example.org");
        var (book, review) = (await _store.AddBookAsync("Emma"), Guid.CreateVersion7());
        await _store.Database.ExecuteAsync("INSERT INTO store.reviews (id, book_id, user_id, rating, created_at) VALUES ($1, $2, $3, 4, now())", review, book, user);
        await using var analytics = _store.Start();
        await _store.HoldsAsync(book, events => events.Count == 2);

        await _store.Database.ExecuteAsync("DELETE FROM store.reviews WHERE id = $1", review);
        var told = await reader.SendAsync(HttpMethod.Post, "/api/v1/interactions", new
        {
            interactions = new object[] { new { id = Guid.CreateVersion7(), kind = "view", bookId = book }, new { id = Guid.CreateVersion7(), kind = "shelf-add", bookId = book, shelf = "read" } },
        });
        using var stranger = api.CreateClient();
        await stranger.SendAsync(HttpMethod.Post, "/api/v1/interactions", new { interactions = new[] { new { id = Guid.CreateVersion7(), kind = "search-click", bookId = book } } });

        Assert.Equal(2, told.Body!["accepted"]!.GetValue<int>());
        await _store.HoldsAsync($"user:{user}", events => events.Count == 2);
        await _store.HoldsAsync(book, events => events.Count == 4);
        var (own, ofBook) = (await _store.EventsAsync($"user:{user}"), await _store.EventsAsync($"book:{book}"));
        Assert.Equal(["interaction.view", "interaction.shelf-add"], own.Select(one => one.Type));
        Assert.All(own, one => Assert.Equal((user, book), (one.Data["user_id"].GetGuid(), one.Data["book_id"].GetGuid())));
        Assert.Equal("read", own[1].Data["shelf"].GetString());
        Assert.Equal(["book.found", "book.review-found", "book.review-removed", "interaction.search-click"], ofBook.Select(one => one.Type).Order(StringComparer.Ordinal));
        Assert.Equal((user, 4), ofBook.Where(one => one.Type == "book.review-removed").Select(one => (one.Data["user_id"].GetGuid(), one.Data["rating"].GetInt32())).Single());
        Assert.False(ofBook.Single(one => one.Type == "interaction.search-click").Data.ContainsKey("user_id"));
    }

    [Fact]
    public async Task What_Cosmos_refuses_waits_with_what_follows_it_until_somebody_asks_for_it()
    {
        var (book, other) = (await _store.AddBookAsync("0"), await _store.AddBookAsync("0"));
        await using var analytics = _store.Start();
        await _store.HoldsAsync(other, events => events.Count == 1);
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET publisher = repeat('x', 3000000) WHERE id = $1", book);
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET publisher = 'y' WHERE id = $1", book);
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET title = '1' WHERE id = $1", other);
        await _store.HoldsAsync(other, events => events.Count == 2);
        Assert.Single(await _store.EventsAsync(book));

        // As an instance does that is asked: any of them.
        await _store.Cosmos.Client.GetContainer("analytics", "parked").UpsertItemAsync(new { id = "replay", stream = $"book:{book}", askedAt = "2026-01-01T00:00:00Z" }, new PartitionKey($"book:{book}"), cancellationToken: TestContext.Current.CancellationToken);

        await _store.HoldsAsync(book, events => events.Count == 3);
        Assert.Equal("y", (await _store.EventsAsync(book))[^1].Data["publisher"].GetString());
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET title = '2' WHERE id = $1", book);
        await _store.HoldsAsync(book, events => events.Count == 4);
    }
}
