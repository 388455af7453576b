using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>A <see cref="ReaderHistory"/> as it is stored; the id is the reader's.</summary>
internal sealed class HistoryDocument : ProjectedDocument
{
    // An item has 2 MB at most; an entry less than 250 bytes.
    private const int MostBooks = 5_000;

    [JsonPropertyName("user")]
    public string User { get; init; } = "";

    /// <summary>The position of the last event that is in it.</summary>
    [JsonPropertyName("asOf")]
    public string AsOf { get; set; } = "";

    /// <summary>Whether the reader asked to be forgotten: nothing is kept from then on.</summary>
    [JsonPropertyName("forgotten"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Forgotten { get; set; }

    [JsonPropertyName("books")]
    public List<HistoryEntry> Books { get; init; } = [];

    /// <inheritdoc />
    [JsonIgnore]
    internal override string Partition => User;

    /// <summary>Something has happened with a book.</summary>
    internal void Note(Guid book, DateTimeOffset at, string position, Func<HistoryEntry, HistoryEntry> change)
    {
        if (string.CompareOrdinal(position, AsOf) > 0)
            AsOf = position;
        if (Forgotten)
            return;
        var index = Books.FindIndex(entry => entry.Book == book);
        var before = index < 0 ? new HistoryEntry(book, at, at) : Books[index];
        var after = change(before) with { FirstAt = at < before.FirstAt ? at : before.FirstAt, LastAt = at > before.LastAt ? at : before.LastAt };
        if (index >= 0)
            Books[index] = after;
        else
            Books.Add(after);
        if (Books.Count > MostBooks)
            Books.Remove(Books.OrderBy(entry => entry.SaysMuch).ThenBy(entry => entry.LastAt).ThenBy(entry => entry.Book).First());
    }

    /// <summary>The reader asked to be forgotten.</summary>
    internal void Forget()
    {
        Books.Clear();
        Forgotten = true;
    }
}
