namespace Platform.Analytics.Recommendations.Training;

/// <summary>What events say of a book, in whatever order they are read.</summary>
internal sealed class BookFacts
{
    private readonly Dictionary<Guid, (string Position, bool Is)> _authors = [];
    private string _position = "";

    /// <summary>Who has written it.</summary>
    internal IEnumerable<Guid> Authors => _authors.Where(one => one.Value.Is).Select(one => one.Key);

    /// <summary>Of which series it is; null when of none.</summary>
    internal string? Series { get; private set; }

    /// <summary>Where in the series it is; null where it is at no one place, as boxed sets are.</summary>
    internal decimal? Number { get; private set; }

    /// <summary>Of which series it is, as of a position.</summary>
    internal void IsOf(string? series, decimal? number, string position)
    {
        if (string.CompareOrdinal(position, _position) >= 0)
            (Series, Number, _position) = (series, number, position);
    }

    /// <summary>Whether somebody is its author, as of a position.</summary>
    internal void IsBy(Guid author, bool isAuthor, string position)
    {
        if (!_authors.TryGetValue(author, out var known) || string.CompareOrdinal(position, known.Position) >= 0)
            _authors[author] = (position, isAuthor);
    }
}
