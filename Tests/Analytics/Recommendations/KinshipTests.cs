using Platform.Analytics.Recommendations.Training;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Which books belong together, by what their events say.</summary>
public sealed class KinshipTests
{
    private static readonly Guid Author = new(1, 2, 3, new byte[8]);

    [Fact]
    public void Books_of_an_author_or_a_series_belong_together_and_those_that_follow_each_other_even_more()
    {
        var books = new Dictionary<int, BookFacts> { [3] = Of("S", 3), [5] = Of("S", 1), [8] = Of("s", 2), [7] = Of("S", null), [9] = Of(null, null) };
        foreach (var book in new[] { 3, 9 })
            books[book].IsBy(Author, true, "1");

        var found = Kinships.Of(books, largest: 10).Select(one => (one.Kind, string.Join(' ', one.Books)));

        Assert.Equal([(KinshipKind.Author, "3 9"), (KinshipKind.Series, "3 5 8 7"), (KinshipKind.Next, "5 8"), (KinshipKind.Next, "8 3")], found);
    }

    [Fact]
    public void Too_many_books_say_nothing()
    {
        var books = Enumerable.Range(0, 11).ToDictionary(book => book, book => Of("S", book));

        Assert.Empty(Kinships.Of(books, largest: 10));
    }

    [Fact]
    public void What_is_later_counts_in_whatever_order_it_is_read()
    {
        var book = new BookFacts();

        book.IsOf("New", 2, "2");
        book.IsOf("Old", 1, "1");
        book.IsBy(Author, false, "4");
        book.IsBy(Author, true, "3");

        Assert.Equal(("New", 2), (book.Series, book.Number));
        Assert.Empty(book.Authors);
    }

    private static BookFacts Of(string? series, decimal? number)
    {
        var facts = new BookFacts();
        facts.IsOf(series, number, "1");
        return facts;
    }
}
