using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>What events say of a book, in whatever order they are read.</summary>
internal sealed partial class BookFacts
{
    private readonly Dictionary<Guid, (string Position, bool Is)> _authors = [];
    private string? _title;
    private string _position = "";

    /// <summary>Who has written it.</summary>
    internal IEnumerable<Guid> Authors => _authors.Where(one => one.Value.Is).Select(one => one.Key);

    /// <summary>Of which series it is, and where in it, by its title: "Catching Fire (The Hunger Games, #2)".</summary>
    internal (string Name, decimal Number)? Series =>
        _title is not null && InSeries().Match(_title) is { Success: true } found && decimal.TryParse(found.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (found.Groups["name"].Value.Trim(), number) : null;

    /// <summary>Its title, as of a position.</summary>
    internal void Titled(string title, string position)
    {
        if (string.CompareOrdinal(position, _position) >= 0)
            (_title, _position) = (title, position);
    }

    /// <summary>Whether somebody is its author, as of a position.</summary>
    internal void Written(Guid author, bool isAuthor, string position)
    {
        if (!_authors.TryGetValue(author, out var known) || string.CompareOrdinal(position, known.Position) >= 0)
            _authors[author] = (position, isAuthor);
    }

    [GeneratedRegex(@"\((?<name>[^()]+?),? #(?<number>\d+(?:\.\d+)?)", RegexOptions.ExplicitCapture)]
    private static partial Regex InSeries();
}
