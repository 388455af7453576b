using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Platform.ChangeStream;

namespace Platform.Analytics.Events;

/// <summary>How the changes of a table are told.</summary>
/// <param name="Entity">What they happened to, such as <c>book</c>.</param>
/// <param name="StreamColumn">The column that says to which of them.</param>
/// <param name="Columns">What is told of a row.</param>
/// <param name="Part">What of the entity a row is; null when it is the entity.</param>
/// <param name="Key">The column that says which part; one of <paramref name="Columns"/>.</param>
internal sealed record MappedTable(string Entity, string StreamColumn, string[] Columns, string? Part = null, string? Key = null)
{
    /// <summary>How the types of its events begin: <c>book</c>, or <c>book.author</c>.</summary>
    internal string TypePrefix => Part is null ? Entity : $"{Entity}.{Part}";

    /// <summary>The type of an event, such as <c>book.author-added</c>.</summary>
    /// <param name="what">What happened, such as <c>added</c>.</param>
    internal string TypeOf(string what) => Part is null ? $"{TypePrefix}.{what}" : $"{TypePrefix}-{what}";

    /// <summary>The stream of an entity.</summary>
    /// <param name="id">What the stream column says.</param>
    internal string StreamOf(string id) => $"{Entity}:{id}";

    /// <summary>The event of a change; null when the change does not say to what it happened.</summary>
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
        return new AnalyticsEvent(change.Id.ToString(), StreamOf(id), TypeOf(what), at, AnalyticsEvent.PositionOf(change.Id), Data(ValuesOf(change)));
    }

    /// <summary>What is told of values.</summary>
    /// <param name="values">Columns with their types and what PostgreSQL writes for them; null for NULL.</param>
    internal static JsonElement Data(IEnumerable<(string Column, string Type, string? Text)> values)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (column, type, text) in values)
                Write(json, column, type, text);
            json.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private IEnumerable<(string Column, string Type, string? Text)> ValuesOf(Change change)
    {
        foreach (var column in Columns)
        {
            var ordinal = change.Table.IndexOf(column);
            if (ordinal >= 0 && (change.After ?? change.Before)?.Values[ordinal] is { Absence: ChangeAbsence.None } value)
                yield return (column, change.Table.Columns[ordinal].Type, value.Text);
        }
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
