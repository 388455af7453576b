namespace Platform.Analytics.Recommendations.Training;

/// <summary>Which books belong together, by what is known of them.</summary>
internal static class Kinships
{
    /// <summary>Groups of two books or more, and not too many.</summary>
    /// <param name="books">What is known, by the places of the books.</param>
    /// <param name="largest">Larger groups say nothing.</param>
    internal static List<Kinship> Of(IReadOnlyDictionary<int, BookFacts> books, int largest)
    {
        var authors = books.SelectMany(book => book.Value.Authors.Select(author => (author, book.Key))).GroupBy(one => one.author, one => one.Key);
        var series = books.Where(book => book.Value.Series is not null).GroupBy(book => book.Value.Series!, StringComparer.OrdinalIgnoreCase).ToList();
        return
        [
            .. authors.Select(group => new Kinship(KinshipKind.Author, [.. group])).Where(IsTelling),
            .. series.Select(group => new Kinship(KinshipKind.Series, [.. group.Select(book => book.Key)])).Where(IsTelling),
            .. series.Where(group => group.Count() <= largest).SelectMany(Following),
        ];

        bool IsTelling(Kinship kinship) => kinship.Books.Length >= 2 && kinship.Books.Length <= largest;
    }

    private static IEnumerable<Kinship> Following(IEnumerable<KeyValuePair<int, BookFacts>> series)
    {
        var inOrder = series.Where(book => book.Value.Number is not null).OrderBy(book => book.Value.Number).ThenBy(book => book.Key).ToList();
        return inOrder.Zip(inOrder.Skip(1), (one, next) => new Kinship(KinshipKind.Next, [one.Key, next.Key]));
    }
}
