using Platform.ChangeStream;

namespace Platform.Analytics.Events;

/// <summary>
/// Which changes are events, of which stream, and which columns they tell. What is not here does not enter the event store;
/// what is personal of it is in <see cref="PersonalData"/>.
/// </summary>
internal static class EventMap
{
    private static readonly Dictionary<string, MappedTable> Tables = new(StringComparer.Ordinal)
    {
        ["catalog.books"] = new("book", "id", ["title", "series_name", "series_number", "language", "published_year", "publisher", "average_rating", "ratings_count", "deleted_at"]),
        ["catalog.book_authors"] = new("book", "book_id", ["author_id"], "author", "author_id"),
        ["catalog.book_categories"] = new("book", "book_id", ["category_id"], "category", "category_id"),
        ["store.products"] = new("product", "id", ["book_id", "category_id", "status"]),
        ["store.product_variants"] = new("product", "product_id", ["id", "format", "price", "currency", "is_active"], "variant", "id"),
        ["store.orders"] = new("order", "id", ["user_id", "status", "currency", "total", "created_at"]),
        ["store.order_items"] = new("order", "order_id", ["line", "variant_id", "product_id", "quantity", "unit_price"], "item", "line"),
        ["store.reviews"] = new("book", "book_id", ["id", "user_id", "rating", "created_at"], "review", "id"),
    };

    private static readonly Dictionary<string, string> TablesByType = Tables.ToDictionary(table => table.Value.TypePrefix, table => table.Key, StringComparer.Ordinal);

    /// <summary>The tables whose changes are events, as <c>schema.table</c>; those that are told by messages are not among them.</summary>
    internal static IReadOnlyCollection<string> MappedTables => Tables.Keys;

    /// <summary>The columns of a table that enter the event store, with the one that says whose event it is.</summary>
    internal static IEnumerable<string> ColumnsOf(string table) => [Tables[table].StreamColumn, .. Tables[table].Columns];

    /// <summary>The table of whose rows events of a type tell; null when it is none.</summary>
    /// <param name="type">Such as <c>book.author-added</c>.</param>
    internal static string? TableOf(string type) => TablesByType.GetValueOrDefault(type[..type.LastIndexOfAny(['.', '-'])]);

    /// <summary>What is told of a table's rows.</summary>
    /// <param name="table">One of <see cref="MappedTables"/>.</param>
    internal static MappedTable MappingOf(string table) => Tables[table];

    /// <summary>The events of a batch, in order.</summary>
    /// <param name="batch">Of it.</param>
    /// <param name="unreadable">Gets messages that should be events and are not as they are written.</param>
    internal static IEnumerable<AnalyticsEvent> Of(ChangeBatch batch, Action<ChangeMessage>? unreadable = null)
    {
        var messages = new Queue<ChangeMessage>(batch.Messages.Where(message => InteractionMessage.Is(message) || ForgetMessage.Is(message)));
        foreach (var change in batch.Changes)
        {
            while (messages.TryPeek(out var earlier) && earlier.Id < change.Id)
            {
                if (Read(messages.Dequeue()) is { } told)
                    yield return told;
            }

            if (change.Operation != ChangeOperation.Truncate && Tables.TryGetValue(change.Table.FullName, out var mapping) && mapping.Of(change, batch.CommitTime) is { } one)
                yield return one;
        }

        foreach (var message in messages)
        {
            if (Read(message) is { } told)
                yield return told;
        }

        AnalyticsEvent? Read(ChangeMessage message)
        {
            var read = ForgetMessage.Is(message) ? ForgetMessage.Read(message, batch.CommitTime) : InteractionMessage.Read(message, batch.CommitTime);
            if (read is null)
                unreadable?.Invoke(message);
            return read;
        }
    }
}
