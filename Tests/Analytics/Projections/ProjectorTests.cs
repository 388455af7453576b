using Microsoft.Azure.Cosmos;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Documents;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Projections;

/// <summary>What each event adds to projections.</summary>
public sealed class ProjectorTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>, IAsyncLifetime
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly (Guid User, Guid Book, Guid Product, Guid Category, Guid Shelf, Guid Order) _the = (NewId(), NewId(), NewId(), NewId(), NewId(), NewId());
    private ProjectedStore _store = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = new ProjectedStore(cosmos.Emulator);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task An_interaction_counts_for_its_book_product_and_categories_in_each_window()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Product(_the.Product, _the.Book, _the.Category), told.Category(_the.Book, _the.Shelf));
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User, _the.Product), told.Interaction("view", _the.Book), told.Interaction("cart-add", _the.Book, _the.User, _the.Product));

        await _store.ProjectAsync();

        foreach (var size in WindowSize.All)
        {
            Assert.Equal(new Counts { Views = 2, CartAdds = 1 }, await _store.CountsAsync(Subjects.Book(_the.Book), size, _now));
            Assert.Equal(new Counts { Views = 1, CartAdds = 1 }, await _store.CountsAsync(Subjects.Product(_the.Product), size, _now));
            Assert.Equal(new Counts { Views = 1, CartAdds = 1 }, await _store.CountsAsync(Subjects.Category(_the.Category), size, _now));
            Assert.Equal(new Counts { Views = 2, CartAdds = 1 }, await _store.CountsAsync(Subjects.Category(_the.Shelf), size, _now));
        }
    }

    [Fact]
    public async Task What_a_reader_did_with_a_book_is_the_reader_s_history()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User, at: _now.AddHours(-3)), told.Interaction("view", _the.Book, _the.User, at: _now.AddHours(-5)),
            told.Interaction("search-click", _the.Book, _the.User), told.Interaction("shelf-add", _the.Book, _the.User, shelf: "read"), told.Interaction("hide", _the.Order, _the.User));
        await _store.TellAsync(told.Review(_the.Book, _the.User, 2, "found"), told.Review(_the.Book, _the.User, 5, "updated"));

        await _store.ProjectAsync();

        Assert.Equal(new HistoryEntry(_the.Book, _now.AddHours(-5), _now, Views: 2, SearchClicks: 1, Shelf: "read", Rating: 5), await _store.EntryAsync(_the.User, _the.Book));
        Assert.Equal(new HistoryEntry(_the.Order, _now, _now, Hidden: true), await _store.EntryAsync(_the.User, _the.Order));
        Assert.Equal($"{7:x16}-1-00000001", (await _store.Reader.HistoryAsync(_the.User, Ended))!.AsOf);
        Assert.Null(await _store.Reader.HistoryAsync(_the.Book, Ended));
    }

    [Fact]
    public async Task A_rating_counts_in_the_window_in_which_it_is_given_and_no_more_when_it_is_changed_or_taken_back()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Category(_the.Book, _the.Category), told.Review(_the.Book, _the.User, 4), told.Review(_the.Book, _the.User, 1, "updated"), told.Review(_the.Book, _the.Order, 3), told.Review(_the.Book, _the.User, null, "removed"));

        await _store.ProjectAsync();

        Assert.Equal(new Counts { Ratings = 2, Stars = 7 }, await _store.CountsAsync(Subjects.Book(_the.Book), WindowSize.Day, _now));
        Assert.Equal(new Counts { Ratings = 2, Stars = 7 }, await _store.CountsAsync(Subjects.Category(_the.Category), WindowSize.Hour, _now));
        Assert.Null((await _store.EntryAsync(_the.User, _the.Book))!.Rating);
        Assert.Equal(3, (await _store.EntryAsync(_the.Order, _the.Book))!.Rating);
    }

    [Fact]
    public async Task An_order_counts_when_it_is_paid_and_as_a_refund_when_it_is_paid_back()
    {
        var told = new Told(_now);
        var (paidAt, refundedAt) = (_now.AddHours(-2), _now);
        await _store.TellAsync(told.Product(_the.Product, _the.Book, _the.Category));
        await _store.TellAsync(told.Order(_the.Order, _the.User, "pending", "added"), told.Line(_the.Order, 1, _the.Product, 3, 9.95m));
        await _store.ProjectAsync();
        Assert.Null(await _store.Reader.HistoryAsync(_the.User, Ended));

        await _store.TellAsync(told.Order(_the.Order, _the.User, "paid", at: paidAt), told.Order(_the.Order, _the.User, "shipped", at: refundedAt));
        await _store.ProjectAsync();
        var sold = await _store.CountsAsync(Subjects.Product(_the.Product), WindowSize.Hour, paidAt);
        Assert.Equal((1, 3, 29.85m), (sold.Orders, sold.Quantity, sold.Revenue!["EUR"]));
        Assert.Equal(29.85m, (await _store.CountsAsync(Subjects.Category(_the.Category), WindowSize.Minute, paidAt)).Revenue!["EUR"]);
        Assert.Equal(Counts.None, await _store.CountsAsync(Subjects.Book(_the.Book), WindowSize.Hour, refundedAt));
        Assert.Equal(3, (await _store.EntryAsync(_the.User, _the.Book))!.Bought);

        await _store.TellAsync(told.Order(_the.Order, _the.User, "refunded", at: refundedAt));
        await _store.ProjectAsync();
        var refund = await _store.CountsAsync(Subjects.Book(_the.Book), WindowSize.Hour, refundedAt);
        Assert.Equal((0, 1, 29.85m), (refund.Orders, refund.Refunds, refund.Refunded!["EUR"]));
        Assert.Equal(0, (await _store.EntryAsync(_the.User, _the.Book))!.Bought);
    }

    [Fact]
    public async Task Orders_that_a_first_look_has_found_are_history_but_happened_in_no_window()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Product(_the.Product, _the.Book, what: "found"));
        await _store.TellAsync(told.Order(_the.Order, _the.User, "delivered", "found"));
        await _store.TellAsync(told.Line(_the.Order, 1, _the.Product, 2, 5, "found"), told.Line(_the.Order, 2, _the.Category, 1, 5, "found"));
        // Once more, after a slot was lost.
        await _store.TellAsync(told.Order(_the.Order, _the.User, "delivered", "found"), told.Line(_the.Order, 1, _the.Product, 2, 5, "found"));

        await _store.ProjectAsync();

        Assert.Equal(2, (await _store.EntryAsync(_the.User, _the.Book))!.Bought);
        Assert.Equal([new BoughtTogether(_the.Product, _the.Book, 1)], await _store.Reader.BoughtTogetherAsync(_the.Category, 10, Ended));
        Assert.Equal(Counts.None, await _store.CountsAsync(Subjects.Product(_the.Product), WindowSize.Day, _now));
    }

    [Fact]
    public async Task Products_of_one_order_are_bought_together_until_it_is_paid_back()
    {
        var told = new Told(_now);
        Guid[] products = [NewId(), NewId(), NewId()];
        await _store.TellAsync([.. products.Select((product, index) => told.Product(product, index == 0 ? _the.Book : NewId()))]);
        Guid[] orders = [NewId(), NewId()];
        await _store.TellAsync(told.Order(orders[0], _the.User, "paid", "added"), told.Line(orders[0], 1, products[0], 1, 1), told.Line(orders[0], 2, products[1], 1, 1), told.Line(orders[0], 3, products[2], 1, 1));
        await _store.TellAsync(told.Order(orders[1], _the.User, "paid", "added"), told.Line(orders[1], 1, products[0], 1, 1), told.Line(orders[1], 2, products[1], 4, 1));
        await _store.ProjectAsync();

        var together = await _store.Reader.BoughtTogetherAsync(products[1], 10, Ended);
        Assert.Equal([(products[0], _the.Book, 2), (products[2], together[1].Book, 1)], together.Select(one => (one.Product, one.Book, one.Count)));

        await _store.TellAsync(told.Order(orders[0], _the.User, "refunded"));
        await _store.ProjectAsync();
        Assert.Equal([(products[0], 1)], (await _store.Reader.BoughtTogetherAsync(products[1], 10, Ended)).Select(one => (one.Product, one.Count)));
    }

    [Fact]
    public async Task Who_is_forgotten_has_no_history_from_then_on()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Interaction("view", _the.Book, _the.User), told.Forget(_the.User), told.Interaction("view", _the.Book, _the.User));

        await _store.ProjectAsync();

        Assert.Null(await _store.Reader.HistoryAsync(_the.User, Ended));
        Assert.Equal(2, (await _store.CountsAsync(Subjects.Book(_the.Book), WindowSize.Day, _now)).Views);
    }

    [Fact]
    public async Task An_event_that_was_put_right_after_it_was_counted_has_all_built_anew()
    {
        var view = new Told(_now).Interaction("view", _the.Book, _the.User);
        await _store.TellAsync(view);
        await _store.ProjectAsync();
        await _store.Containers.Events.UpsertItemAsync(view with { Revision = 1 }, cancellationToken: Ended);

        await _store.ProjectAsync();

        Assert.Equal(2, (await _store.Generations.FindAsync(Ended))!.Building);
    }

    [Fact]
    public async Task An_event_that_only_lost_its_name_is_not_counted_again_and_nothing_is_built_anew()
    {
        var view = new Told(_now).Interaction("view", _the.Book, _the.User);
        await _store.TellAsync(view);
        await _store.ProjectAsync();
        await _store.Containers.Events.PatchItemAsync<object>(view.Id, new PartitionKey(view.Stream), [PatchOperation.Increment("/revision", 1), PatchOperation.Set("/forgotten", true)], cancellationToken: Ended);

        await _store.ProjectAsync();

        Assert.Null((await _store.Generations.FindAsync(Ended))?.Building);
        Assert.Equal(1, (await _store.Reader.HistoryAsync(_the.User, Ended))!.Books[_the.Book].Views);
    }

    [Fact]
    public async Task What_is_not_as_it_should_be_adds_nothing_and_stops_nothing()
    {
        var told = new Told(_now);
        await _store.TellAsync(told.Event("user:nobody", "interaction.view", new { book_id = 7 }), told.Event($"order:{_the.Order}", "order.item-added", new { line = "x", product_id = _the.Product, quantity = 1.5 }),
            told.Event("book", "book.review-added", new { }), told.Event($"book:{_the.Book}", "book.review-added", new { rating = "5", user_id = "me" }), told.Event("x:y", "unheard-of", "text"));
        await _store.TellAsync(told.Interaction("view", _the.Book));

        await _store.ProjectAsync();

        Assert.Equal(1, (await _store.CountsAsync(Subjects.Book(_the.Book), WindowSize.Day, _now)).Views);
    }

    private static Guid NewId() => Guid.CreateVersion7();
}
