using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Platform.ChangeStream;

namespace Platform.Analytics.Events;

/// <summary>
/// Which changes are events, of which stream, and which columns they tell. What is not here does not enter the event store;
/// what is personal of it is in <see cref="PersonalData"/>.
/// </summary>
internal static class EventMap
{
    private static readonly Dictionary<string, Mapping> Tables = new(StringComparer.Ordinal)
    {
        ["catalog.books"] = new("book", "id", ["title", "language", "published_year", "publisher", "average_rating", "ratings_count", "deleted_at"]),
        ["catalog.book_authors"] = new("book", "book_id", ["author_id"], "author"),
        ["catalog.book_categories"] = new("book", "book_id", ["category_id"], "category"),
        ["store.products"] = new("product", "id", ["book_id", "category_id", "status"]),
        ["store.product_variants"] = new("product", "product_id", ["id", "format", "price", "currency", "is_active"], "variant"),
        ["store.orders"] = new("order", "id", ["user_id", "status", "currency", "total", "created_at"]),
        ["store.order_items"] = new("order", "order_id", ["variant_id", "product_id", "quantity", "unit_price"], "item"),
        ["store.reviews"] = new("book", "book_id", ["id", "user_id", "rating", "created_at"], "review"),
    };

    /// <summary>The tables whose changes are events, as <c>schema.table</c>.</summary>
    internal static IReadOnlyCollection<string> MappedTables => Tables.Keys;

    /// <summary>The columns of a table that enter the event store, with the one that says whose event it is.</summary>
    internal static IEnumerable<string> ColumnsOf(string table) => [Tables[table].StreamColumn, .. Tables[table].Columns];

    /// <summary>The events of a batch, in order.</summary>
    internal static IEnumerable<AnalyticsEvent> Of(ChangeBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            if (change.Operation != ChangeOperation.Truncate && Tables.TryGetValue(change.Table.FullName, out var mapping) && mapping.Of(change, batch.CommitTime) is { } one)
                yield return one;
        }
    }

    private sealed record Mapping(string Entity, string StreamColumn, string[] Columns, string? Part = null)
    {
        internal AnalyticsEvent? Of(Change change, DateTimeOffset at)
        {
            // Of a row that was removed there is at most its key.
            if (Text(change, StreamColumn) is not { } id)
                return null;
            var what = change.Operation switch
            {
                ChangeOperation.Insert => "added",
                ChangeOperation.Update => "updated",
                ChangeOperation.Delete => "removed",
                _ => "found",
            };
            return new AnalyticsEvent(change.Id.ToString(), $"{Entity}:{id}", Part is null ? $"{Entity}.{what}" : $"{Entity}.{Part}-{what}", at, AnalyticsEvent.PositionOf(change.Id), Data(change));
        }

        private JsonElement Data(Change change)
        {
            var buffer = new ArrayBufferWriter<byte>(256);
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                foreach (var column in Columns)
                {
                    var ordinal = change.Table.IndexOf(column);
                    if (ordinal >= 0 && (change.After ?? change.Before)?.Values[ordinal] is { Absence: ChangeAbsence.None } value)
                        Write(json, column, change.Table.Columns[ordinal].Type, value.Text);
                }

                json.WriteEndObject();
            }

            var reader = new Utf8JsonReader(buffer.WrittenSpan);
            return JsonElement.ParseValue(ref reader);
        }

        private static void Write(Utf8JsonWriter json, string name, string type, string? text)
        {
            if (text is null)
                json.WriteNull(name);
            else if (type == "bool")
                json.WriteBoolean(name, text == "t");
            else if (type is "int2" or "int4" or "int8" or "numeric" or "float4" or "float8" && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                json.WriteNumber(name, number);
            else
                json.WriteString(name, text);
        }

        private static string? Text(Change change, string column)
        {
            var ordinal = change.Table.IndexOf(column);
            return ordinal < 0 ? null : (change.After ?? change.Before)?.Values[ordinal].Text;
        }
    }
}
