using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics;

/// <summary>What the event store says of rows is what the database says of them, also when somebody has been at it.</summary>
public sealed class ReconciliationTests(Stack stack) : IAsyncLifetime
{
    private StoredDatabase _store = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await StoredDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Events_that_were_deleted_altered_or_made_up_are_put_right()
    {
        var (altered, deleted, whole) = (await _store.AddBookAsync("Emma"), await _store.AddBookAsync("Persuasion"), await _store.AddBookAsync("Evelina"));
        await using var analytics = _store.Start(("Analytics:ReconcileEvery", "00:00:01"), ("Analytics:ReconcileEntities", "1"));
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET published_year = 1778, average_rating = 4.10 WHERE id = $1", whole);
        foreach (var book in new[] { altered, deleted, whole })
            await _store.HoldsAsync(book, events => events.Count >= 1);

        var madeUp = Guid.CreateVersion7();
        await ReplaceAsync(altered, (await _store.EventsAsync(altered))[^1], data => data["title"] = "Ema");
        await _store.Events.DeleteItemAsync<object>((await _store.EventsAsync(deleted))[^1].Id, new PartitionKey($"book:{deleted}"), cancellationToken: Ended);
        await ReplaceAsync(madeUp, (await _store.EventsAsync(whole))[0] with { Id = "1-1", Stream = $"book:{madeUp}" }, _ => { });

        await _store.HoldsAsync(altered, events => events is [{ Revision: 1 } only] && only.Data["title"].GetString() == "Emma", "the altered event is put right");
        await _store.HoldsAsync(deleted, events => events is [{ Type: "book.found", Revision: 1 } only] && only.Data["title"].GetString() == "Persuasion", "the deleted event is there again");
        await _store.HoldsAsync(madeUp, events => events is [_, { Type: "book.removed", Revision: 1 }], "what is not there is gone");
        Assert.All(await _store.EventsAsync(whole), one => Assert.Equal(0, one.Revision));
        using var client = analytics.CreateClient();
        var metrics = await client.GetStringAsync("/metrics", Ended);
        Assert.Contains("analytics_reconcile_repaired_rows_total{table=\"catalog.books\"} 3", metrics, StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => (await client.GetStringAsync("/metrics", Ended)).Contains("analytics_reconcile_drift_rows{table=\"catalog.books\"} 0", StringComparison.Ordinal), "a pass finds no drift");
    }

    [Fact]
    public async Task Rows_that_change_while_they_are_compared_are_no_drift()
    {
        List<Guid> books = [];
        for (var n = 0; n < 20; n++)
            books.Add(await _store.AddBookAsync("0"));
        await using var analytics = _store.Start(("Analytics:ReconcileEvery", "00:00:01"));
        await _store.HoldsAsync(books[^1], events => events.Count == 1);
        using var client = analytics.CreateClient();

        // Each pass sees some of them change.
        var title = 0;
        await Eventually.HoldsAsync(async () =>
        {
            title++;
            foreach (var book in books)
                await _store.Database.ExecuteAsync("UPDATE catalog.books SET title = $2 WHERE id = $1", book, title.ToString(CultureInfo.InvariantCulture));
            var passes = (await client.GetStringAsync("/metrics", Ended)).Split('\n').Where(line => line.StartsWith("analytics_reconcile_passes_total", StringComparison.Ordinal))
                .Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).SingleOrDefault();
            return passes >= 5;
        }, "there were five passes", TimeSpan.FromMinutes(2));

        foreach (var book in books)
            Assert.All(await _store.EventsAsync(book), one => Assert.Equal(0, one.Revision));
    }

    [Fact]
    public async Task After_the_slot_was_lost_the_events_say_what_the_rows_are_all_the_same()
    {
        var (changed, deleted) = (await _store.AddBookAsync("Emma"), await _store.AddBookAsync("Sanditon"));
        await using (var before = _store.Start())
        {
            await _store.HoldsAsync(changed, events => events.Count == 1);
            await _store.HoldsAsync(deleted, events => events.Count == 1);
        }

        var slot = AnalyticsProcess.SlotOf(_store.Database);
        await Eventually.HoldsAsync(async () => await _store.Database.ScalarAsync<long>("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1 AND active", slot) == 0, "nobody reads the slot", TimeSpan.FromMinutes(1));
        await _store.Database.ExecuteAsync("SELECT pg_drop_replication_slot($1)", slot);
        // Nobody hears of these.
        await _store.Database.ExecuteAsync("UPDATE catalog.books SET title = 'Emma Woodhouse' WHERE id = $1", changed);
        await _store.Database.ExecuteAsync("DELETE FROM catalog.books WHERE id = $1", deleted);
        var added = await _store.AddBookAsync("Lady Susan");

        await using var analytics = _store.Start(("Analytics:ReconcileEvery", "00:00:01"));

        await _store.HoldsAsync(changed, events => events[^1].Type == "book.found" && events[^1].Data["title"].GetString() == "Emma Woodhouse", "the change is found");
        await _store.HoldsAsync(added, events => events is [{ Type: "book.found" }], "what is new is found");
        await _store.HoldsAsync(deleted, events => events is [_, { Type: "book.removed", Revision: 1 }], "what is gone is missed");
    }

    private async Task ReplaceAsync(Guid book, StoredDatabase.Stored one, Action<JsonObject> alter)
    {
        var data = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(one.Data))!.AsObject();
        alter(data);
        await _store.Events.UpsertItemAsync(new { id = one.Id, stream = one.Stream, type = one.Type, at = DateTimeOffset.UnixEpoch, position = one.Position, data }, new PartitionKey($"book:{book}"), cancellationToken: Ended);
    }
}
