using Platform.Analytics.Recommendations.Training;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Which books belong together, by what their events say.</summary>
public sealed class KinshipTests
{
    private static readonly Guid Author = new(1, 2, 3, new byte[8]);

    [Theory]
    [InlineData("Catching Fire (The Hunger Games, #2)", "The Hunger Games", 2)]
    [InlineData("The Hobbit (Middle-Earth Universe #0.5)", "Middle-Earth Universe", 0.5)]
    [InlineData("Mort (Death, #1; Discworld, #4)", "Death", 1)]
    public void A_title_says_of_which_series_a_book_is(string title, string name, double number) =>
        Assert.Equal((name, (decimal)number), Titled(title).Series);

    [Theory]
    [InlineData("1984")]
    [InlineData("Naked (illustrated)")]
    [InlineData("We're #1 (and more)")]
    public void Other_titles_say_nothing(string title) => Assert.Null(Titled(title).Series);

    [Fact]
    public void Books_of_an_author_or_a_series_belong_together_and_those_that_follow_each_other_even_more()
    {
        var books = new Dictionary<int, BookFacts> { [3] = Titled("C (S, #3)"), [5] = Titled("A (S, #1)"), [8] = Titled("B (s, #2)"), [9] = Titled("Alone") };
        foreach (var book in new[] { 3, 9 })
            books[book].Written(Author, true, "1");

        var found = Kinships.Of(books, largest: 10).Select(one => (one.Kind, string.Join(' ', one.Books)));

        Assert.Equal([(KinshipKind.Author, "3 9"), (KinshipKind.Series, "3 5 8"), (KinshipKind.Next, "5 8"), (KinshipKind.Next, "8 3")], found);
    }

    [Fact]
    public void Too_many_books_say_nothing()
    {
        var books = Enumerable.Range(0, 11).ToDictionary(book => book, book => Titled($"T (S, #{book})"));

        Assert.Empty(Kinships.Of(books, largest: 10));
    }

    [Fact]
    public void What_is_later_counts_in_whatever_order_it_is_read()
    {
        var book = new BookFacts();

        book.Titled("New (S, #2)", "2");
        book.Titled("Old (S, #1)", "1");
        book.Written(Author, false, "4");
        book.Written(Author, true, "3");

        Assert.Equal(2, book.Series!.Value.Number);
        Assert.Empty(book.Authors);
    }

    private static BookFacts Titled(string title)
    {
        var facts = new BookFacts();
        facts.Titled(title, "1");
        return facts;
    }
}
