using System.Text.Json.Nodes;
using Platform.Realtime.Changes;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>Who is told of a change of which row, and of which columns.</summary>
public sealed class TopicMapTests(TopicMapTests.Shop shop) : IClassFixture<TopicMapTests.Shop>
{
    private readonly Guid _id = Guid.CreateVersion7();

    [Fact]
    public async Task A_book_is_told_as_lists_show_it()
    {
        await AddBookAsync("Emma");
        await ExecuteAsync("UPDATE catalog.books SET average_rating = 4.50, description = repeat('long ', 1000) WHERE id = $1", _id);

        var told = await ToldAsync($"books/{_id}");

        Assert.Equal(["insert", "update"], told.Select(change => change.Operation));
        Assert.Equal(
            ["type", "id", "title", "subtitle", "language", "publishedYear", "publisher", "coverUrl", "averageRating", "ratingsCount", "updatedAt"], Fields(told[1]));
        Assert.Equal(("book", _id.ToString(), "Emma", 4.5m), (Text(told[1], "type"), Text(told[1], "id"), Text(told[1], "title"), (decimal)Data(told[1])["averageRating"]!));
        Assert.Null(Data(told[1])["subtitle"]);
        Assert.All(told, change => Assert.Contains("catalog", change.Topics));
        Assert.InRange(told[0].At, DateTimeOffset.Parse("2020-01-01Z", null), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task A_part_of_a_book_is_an_update_that_names_it()
    {
        var (author, category) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await AddBookAsync("Emma");
        await ExecuteAsync("INSERT INTO catalog.authors (id, name, created_at, updated_at) VALUES ($1, 'Jane Austen', now(), now())", author);
        await ExecuteAsync("INSERT INTO catalog.categories (id, name, slug, created_at, updated_at) VALUES ($1, 'Novels', 'n' || md5($1::text), now(), now())", category);
        await ExecuteAsync("INSERT INTO catalog.book_authors (book_id, author_id, position) VALUES ($1, $2, 0)", _id, author);
        await ExecuteAsync("INSERT INTO catalog.book_categories (book_id, category_id) VALUES ($1, $2)", _id, category);
        await ExecuteAsync("INSERT INTO catalog.book_translations (book_id, language, title) VALUES ($1, 'de', 'Emma')", _id);
        await ExecuteAsync("INSERT INTO catalog.book_identifiers (book_id, scheme, value) VALUES ($1, 'goodbooks', $2)", _id, _id.ToString()[..8]);
        await ExecuteAsync("DELETE FROM catalog.book_authors WHERE book_id = $1", _id);
        await ExecuteAsync("DELETE FROM catalog.book_identifiers WHERE book_id = $1", _id);

        var told = await ToldAsync($"books/{_id}");

        Assert.Equal([null, "authors", "categories", "translations", "identifiers", "authors", "identifiers"], told.Select(change => Text(change, "changed")));
        Assert.All(told.Skip(1), change => Assert.Equal("update", change.Operation));
        var catalog = await ToldAsync("catalog");
        Assert.Contains(catalog, change => Text(change, "type") == "author" && Text(change, "id") == author.ToString() && Text(change, "name") == "Jane Austen");
        Assert.Contains(catalog, change => Text(change, "type") == "category" && Text(change, "id") == category.ToString());
    }

    [Fact]
    public async Task A_book_that_is_deleted_says_only_that()
    {
        await AddBookAsync("Emma");
        await ExecuteAsync("UPDATE catalog.books SET deleted_at = now() WHERE id = $1", _id);

        var last = (await ToldAsync($"books/{_id}"))[^1];

        Assert.Equal("delete", last.Operation);
        Assert.Equal(["type", "id"], Fields(last));
    }

    [Fact]
    public async Task Nothing_is_told_of_a_product_that_is_being_prepared()
    {
        var variant = await AddProductAsync("draft");
        await ExecuteAsync("UPDATE store.products SET title = 'Secret' WHERE id = $1", _id);
        await ExecuteAsync("UPDATE store.product_variants SET price = 1 WHERE id = $1", variant);
        await ExecuteAsync("UPDATE store.inventory SET on_hand = 5 WHERE variant_id = $1", variant);

        Assert.Empty(await ToldAsync($"products/{_id}", $"stock/{variant}"));
    }

    [Fact]
    public async Task A_product_appears_changes_and_disappears()
    {
        var variant = await AddProductAsync("draft");
        await ExecuteAsync("UPDATE store.products SET status = 'active' WHERE id = $1", _id);
        await ExecuteAsync("UPDATE store.product_variants SET price = 1 WHERE id = $1", variant);
        await ExecuteAsync("INSERT INTO store.product_images (id, product_id, url, alt, position) VALUES ($1, $2, 'https://x.example/1', '', 0)", Guid.CreateVersion7(), _id);
        await ExecuteAsync("UPDATE store.products SET status = 'retired' WHERE id = $1", _id);
        await ExecuteAsync("UPDATE store.products SET status = 'draft' WHERE id = $1", _id);
        await ExecuteAsync("UPDATE store.products SET title = 'Secret' WHERE id = $1", _id);

        var told = await ToldAsync($"products/{_id}");

        Assert.Equal([("insert", null), ("update", "variants"), ("update", "images"), ("update", null), ("delete", null)], told.Select(change => (change.Operation, Text(change, "changed"))));
        Assert.Equal("active", Text(told[0], "status"));
        Assert.Equal("retired", Text(told[3], "status"));
        Assert.Equal(["type", "id"], Fields(told[4]));
    }

    [Fact]
    public async Task Stock_is_how_many_can_be_bought()
    {
        var variant = await AddProductAsync("active");
        await ExecuteAsync("UPDATE store.inventory SET on_hand = 5, reserved = 2 WHERE variant_id = $1", variant);

        var last = (await ToldAsync($"stock/{variant}"))[^1];

        Assert.Equal(3, (int?)Data(last)["available"]);
        Assert.Equal(["type", "id", "available"], Fields(last));
    }

    [Fact]
    public async Task Stock_of_a_variant_that_is_not_offered_is_nobodys_business()
    {
        var variant = await AddProductAsync("active");
        await ExecuteAsync("UPDATE store.product_variants SET is_active = false WHERE id = $1", variant);
        var before = (await ToldAsync($"stock/{variant}")).Count;
        await ExecuteAsync("UPDATE store.inventory SET on_hand = 5 WHERE variant_id = $1", variant);

        Assert.Equal(before, (await ToldAsync($"stock/{variant}")).Count);
    }

    [Fact]
    public async Task An_order_is_told_to_its_own_topic_and_to_its_owners_without_whose_and_where_it_is()
    {
        var user = await AddUserAsync();
        await ExecuteAsync("""
            INSERT INTO store.orders (id, user_id, status, currency, total, shipping_address, created_at, reserved_until)
            VALUES ($1, $2, 'pending', 'EUR', 12.50, '{"name": "Secret"}', now(), now())
            """, _id, user);
        await ExecuteAsync("UPDATE store.orders SET status = 'paid', paid_at = now() WHERE id = $1", _id);

        var told = await ToldAsync($"orders/{_id}");

        Assert.All(told, change => Assert.Equal([$"orders/{_id}", $"users/{user}"], change.Topics));
        Assert.Equal(["pending", "paid"], told.Select(change => Text(change, "status")));
        Assert.Equal(12.5m, (decimal)Data(told[0])["total"]!);
        Assert.Equal(["type", "id", "status", "currency", "total", "createdAt", "reservedUntil", "paidAt", "shippedAt", "deliveredAt", "closedAt"], Fields(told[1]));
        Assert.True(Data(told[1])["paidAt"]!.GetValue<DateTimeOffset>() > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Roles_and_sessions_that_end_are_told_to_the_nodes()
    {
        var user = await AddUserAsync();
        await ExecuteAsync("INSERT INTO identity.user_roles (user_id, role_id) SELECT $1, id FROM identity.roles WHERE name = 'admin'", user);
        await ExecuteAsync("DELETE FROM identity.user_roles WHERE user_id = $1", user);
        await ExecuteAsync("INSERT INTO identity.sessions (id, user_id, created_at, last_used_at, expires_at) VALUES ($1, $2, now(), now(), now())", _id, user);
        await ExecuteAsync("UPDATE identity.sessions SET last_used_at = now() WHERE id = $1", _id);
        Assert.Empty(await ToldAsync($"!session/{_id}"));
        await ExecuteAsync("UPDATE identity.sessions SET revoked_at = now(), revoked_for = 'logout' WHERE id = $1", _id);

        Assert.Single(await ToldAsync($"!session/{_id}"));
        Assert.Equal(2, (await ToldAsync($"!user/{user}")).Count);
        Assert.Equal([null, "roles", "roles"], (await ToldAsync($"users/{user}")).Select(change => Text(change, "changed")));

        await ExecuteAsync("DELETE FROM identity.users WHERE id = $1", user);
        Assert.Equal(3, (await ToldAsync($"!user/{user}")).Count);
    }

    [Fact]
    public async Task A_failed_login_is_no_change_of_rights()
    {
        var user = await AddUserAsync();
        await ExecuteAsync("UPDATE identity.users SET access_failed_count = 3 WHERE id = $1", user);

        Assert.Empty(await ToldAsync($"!user/{user}"));
        Assert.All(await ToldAsync($"users/{user}"), change => Assert.Equal(["type", "id", "userType"], Fields(change)));
    }

    [Fact]
    public async Task What_is_trending_comes_as_messages_in_their_place_between_the_rows()
    {
        await shop.Log.Database.ExecuteAsync($$"""
            INSERT INTO catalog.books (id, title, ratings_count, created_at, updated_at) VALUES ('{{_id}}', 'Emma', 0, now(), now());
            SELECT pg_logical_emit_message(true, 'platform.trending', '{"books": ["{{_id}}"]}');
            UPDATE catalog.books SET title = 'Emma!' WHERE id = '{{_id}}';
            """);
        foreach (var unfit in new[] { "no JSON", "[1]", "", "{\"a\": \"" + new string('x', 20_000) + "\"}" })
            await ExecuteAsync("SELECT pg_logical_emit_message(true, 'platform.trending', $1)", unfit);
        await ExecuteAsync("SELECT pg_logical_emit_message(true, 'platform.other', '{}')");

        var message = Assert.Single(await ToldAsync("trending"));
        var rows = await ToldAsync($"books/{_id}");
        Assert.Equal("message", message.Operation);
        Assert.Equal(_id.ToString(), (string?)Data(message)["books"]![0]);
        Assert.True(rows[0].Id < message.Id && message.Id < rows[1].Id);
    }

    private static JsonObject Data(ChangeEvent change) => JsonNode.Parse(change.Data.Span)!.AsObject();

    private static IEnumerable<string> Fields(ChangeEvent change) => Data(change).Select(field => field.Key);

    private static string? Text(ChangeEvent change, string field) => (string?)Data(change)[field];

    private Task<int> ExecuteAsync(string statement, params object[] parameters) => shop.Log.Database.ExecuteAsync(statement, parameters);

    /// <summary>All that is told to any of these topics, once all that is committed is published.</summary>
    private async Task<List<ChangeEvent>> ToldAsync(params string[] topics)
    {
        await shop.Log.CaughtUpAsync();
        return [.. (await shop.Log.EventsAsync()).Where(change => change.Topics.Intersect(topics).Any())];
    }

    private Task<int> AddBookAsync(string title) =>
        ExecuteAsync("INSERT INTO catalog.books (id, title, ratings_count, created_at, updated_at) VALUES ($1, $2, 0, now(), now())", _id, title);

    /// <summary>Adds a product of a book of the same id.</summary>
    /// <returns>Its variant.</returns>
    private async Task<Guid> AddProductAsync(string status)
    {
        var variant = Guid.CreateVersion7();
        await AddBookAsync("Emma");
        await ExecuteAsync("INSERT INTO store.products (id, book_id, slug, title, status, created_at, updated_at) VALUES ($1, $1, $1::text, 'Emma', $2, now(), now())", _id, status);
        await ExecuteAsync("INSERT INTO store.product_variants (id, product_id, format, sku, price, currency, is_active) VALUES ($1, $2, 'paperback', $1::text, 9.5, 'EUR', true)", variant, _id);
        await ExecuteAsync("INSERT INTO store.inventory (variant_id, reserved, reorder_point) VALUES ($1, 0, 0)", variant);
        return variant;
    }

    private async Task<Guid> AddUserAsync()
    {
        var user = Guid.CreateVersion7();
        await ExecuteAsync("INSERT INTO identity.users (id, user_name, normalized_user_name, created_at) VALUES ($1, $1::text, upper($1::text), now())", user);
        return user;
    }

    /// <summary>A database whose changes a node publishes.</summary>
    public sealed class Shop(Stack stack) : IAsyncLifetime
    {
        internal PublishedLog Log { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Log = await PublishedLog.CreateAsync(stack);
            await Log.StartNodeAsync();
        }

        public ValueTask DisposeAsync() => Log.DisposeAsync();
    }
}
