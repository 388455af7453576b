using System.Globalization;
using Platform.ChangeStream;
using Platform.Realtime.Changes;

namespace Platform.Realtime.Publishing;

/// <summary>
/// Who is told of a change, and what. What is not here nobody is told of: no column but those that are named, nothing of
/// products that are being prepared.
/// </summary>
/// <remarks>
/// Of what has parts (the authors of a book, the variants of a product) a change of a part is an update of the whole that
/// names the part. Topics that begin with <c>!</c> are for the nodes: there a login or a right ended.
/// </remarks>
internal sealed class TopicMap(ShownProducts products, ILogger<TopicMap> logger)
{
    /// <summary>The prefix of messages that go to <c>trending</c>.</summary>
    internal const string TrendingPrefix = "platform.trending";

    /// <summary>Whatever was granted may have ended, for everybody: a whole table of logins or rights was emptied.</summary>
    internal const string AllRights = "!all";

    // As lists show it. Long texts are left out: whoever wants them reads the book.
    private static readonly string[] Book = ["title", "subtitle", "language", "published_year", "publisher", "cover_url", "average_rating", "ratings_count", "updated_at"];
    private static readonly string[] Author = ["name"];
    private static readonly string[] Category = ["name", "slug", "parent_id"];
    private static readonly string[] Product = ["book_id", "slug", "title", "category_id", "status", "updated_at"];
    private static readonly string[] Order = ["status", "currency", "total", "created_at", "reserved_until", "paid_at", "shipped_at", "delivered_at", "closed_at"];
    private static readonly string[] User = ["user_type"];

    private sealed record Told(string[] Topics, string Operation, ReadOnlyMemory<byte> Data);

    /// <summary>The events of a batch, in order.</summary>
    internal async ValueTask<IReadOnlyList<ChangeEvent>> EventsAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        await products.LearnAsync(batch, cancellationToken).ConfigureAwait(false);
        List<ChangeEvent> events = [];
        var messages = new Queue<ChangeMessage>(batch.Messages);
        foreach (var change in batch.Changes)
        {
            while (messages.TryPeek(out var earlier) && earlier.Id < change.Id)
                Add(messages.Dequeue());
            if (change.Operation != ChangeOperation.Read && Tell(change) is { } told)
                events.Add(new ChangeEvent(Position(change.Id), told.Topics, told.Operation, batch.CommitTime, told.Data, batch.Trace));
        }

        foreach (var message in messages)
            Add(message);
        return events;

        void Add(ChangeMessage message)
        {
            if (message.Prefix != TrendingPrefix)
                return;
            if (EventData.OfMessage(message.Content) is { } data)
                events.Add(new ChangeEvent(Position(message.Id), ["trending"], "message", batch.CommitTime, data, batch.Trace));
            else
                logger.MessageRefused(message.Prefix, EventData.MaxMessageBytes);
        }
    }

    private static ChangePosition Position(Platform.ChangeStream.EventId id) => new((ulong)id.CommitLsn, id.Sequence);

    private Told? Tell(Change change) => change.Table.FullName switch
    {
        "catalog.books" => Catalog(change, "book", "books/", Book),
        "catalog.authors" => Catalog(change, "author", null, Author),
        "catalog.categories" => Catalog(change, "category", null, Category),
        "catalog.book_authors" => BookPart(change, "authors"),
        "catalog.book_categories" => BookPart(change, "categories"),
        "catalog.book_translations" => BookPart(change, "translations"),
        "catalog.book_identifiers" => BookPart(change, "identifiers"),
        "store.products" => ProductRow(change),
        "store.product_variants" => ProductPart(change, "variants"),
        "store.product_images" => ProductPart(change, "images"),
        "store.inventory" => Stock(change),
        "store.orders" => OrderRow(change),
        "identity.users" => UserRow(change),
        "identity.user_roles" => Roles(change),
        "identity.sessions" => Session(change),
        _ => null,
    };

    private static Told? Catalog(Change change, string type, string? topic, string[] columns)
    {
        if (change.Operation == ChangeOperation.Truncate)
            return new Told(["catalog"], "delete", EventData.OfPart(type, "*", null));
        if (Text(change, "id") is not { } id)
            return null;
        string[] topics = topic is null ? ["catalog"] : [topic + id, "catalog"];
        // Books, authors and categories stay as rows when they are deleted.
        return change.After is null || Text(change, "deleted_at") is not null
            ? new Told(topics, "delete", EventData.OfPart(type, id, null))
            : new Told(topics, Operation(change), EventData.OfRow(type, id, change.After, columns));
    }

    private static Told? BookPart(Change change, string part) => Text(change, "book_id") is { } id
        ? new Told([$"books/{id}", "catalog"], "update", EventData.OfPart("book", id, part))
        : null;

    private Told? ProductRow(Change change)
    {
        if (Text(change, "id") is not { } id)
            return null;
        var wasShown = products.IsShown(id);
        var isShown = products.Note(change, id);
        return (wasShown, isShown) switch
        {
            (_, true) => new Told([$"products/{id}"], wasShown ? Operation(change) : "insert", EventData.OfRow("product", id, change.After!, Product)),
            (true, false) when change.Operation != ChangeOperation.Insert => new Told([$"products/{id}"], "delete", EventData.OfPart("product", id, null)),
            _ => null,
        };
    }

    private Told? ProductPart(Change change, string part)
    {
        if (part == "variants")
            products.NoteVariant(change);
        return Text(change, "product_id") is { } id && products.IsShown(id)
            ? new Told([$"products/{id}"], "update", EventData.OfPart("product", id, part))
            : null;
    }

    private Told? Stock(Change change) =>
        Text(change, "variant_id") is { } id && products.IsVariantShown(id) && Number(change, "on_hand") is { } onHand && Number(change, "reserved") is { } reserved
            ? new Told([$"stock/{id}"], Operation(change), EventData.OfStock(id, onHand - reserved))
            : null;

    private static Told? OrderRow(Change change)
    {
        if (Text(change, "id") is not { } id)
            return null;
        string[] topics = Text(change, "user_id") is { } user ? [$"orders/{id}", $"users/{user}"] : [$"orders/{id}"];
        return new Told(topics, Operation(change), change.After is null ? EventData.OfPart("order", id, null) : EventData.OfRow("order", id, change.After, Order));
    }

    private static Told? UserRow(Change change)
    {
        if (change.Operation == ChangeOperation.Truncate)
            return new Told([AllRights], "delete", EventData.OfPart("user", "*", null));
        if (Text(change, "id") is not { } id)
            return null;
        // Each failed login is an update. What an administrator does to an account ends its sessions.
        return change.After is null
            ? new Told([$"!user/{id}"], "delete", EventData.OfPart("user", id, null))
            : new Told([$"users/{id}"], Operation(change), EventData.OfRow("user", id, change.After, User));
    }

    private static Told? Roles(Change change) => change.Operation == ChangeOperation.Truncate
        ? new Told([AllRights], "delete", EventData.OfPart("user", "*", "roles"))
        : Text(change, "user_id") is { } id ? new Told([$"!user/{id}", $"users/{id}"], "update", EventData.OfPart("user", id, "roles")) : null;

    private static Told? Session(Change change)
    {
        if (change.Operation == ChangeOperation.Truncate)
            return new Told([AllRights], "delete", EventData.OfPart("session", "*", null));
        return Text(change, "id") is { } id && (change.After is null || Text(change, "revoked_at") is not null)
            ? new Told([$"!session/{id}"], "delete", EventData.OfPart("session", id, null))
            : null;
    }

    private static string Operation(Change change) => change.Operation switch
    {
        ChangeOperation.Insert => "insert",
        ChangeOperation.Update => "update",
        _ => "delete",
    };

    // Null also for a column that the table has no longer: then there is less to tell, and the rest goes on.
    private static string? Text(Change change, string column) =>
        (change.After ?? change.Before) is { } row && row.Table.IndexOf(column) is >= 0 and var ordinal ? row.Values[ordinal].Text : null;

    private static long? Number(Change change, string column) =>
        change.After is not null && long.TryParse(Text(change, column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
