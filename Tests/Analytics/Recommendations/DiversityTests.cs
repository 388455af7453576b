using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Serving;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Books that are good, and books that differ.</summary>
public sealed class DiversityTests
{
    private static readonly Guid[] Books = HandMadeModel.Books(5);

    // Three alike, which score best, and two of other kinds.
    private static readonly RecommendationModel Model = HandMadeModel.Of(Books, [1, 0, 0], [1, 0.1f, 0], [1, 0, 0.1f], [0, 1, 0], [0, 0, 1]);
    private static readonly ScoredBook[] Ranked = [new(Books[0], 5), new(Books[1], 4.9), new(Books[2], 4.8), new(Books[3], 3), new(Books[4], 2)];

    [Theory]
    [InlineData(0, "1 2 3 4")]
    [InlineData(0.1, "1 2 3 4")]
    [InlineData(0.5, "1 4 5 2")]
    [InlineData(1, "1 4 5 2")]
    public void The_more_diversity_is_asked_for_the_sooner_another_kind_comes(double diversity, string expected) =>
        Assert.Equal(expected, string.Join(' ', Diversity.Choose(Ranked, 4, diversity, Model).Select(one => Array.IndexOf(Books, one.Book) + 1)));

    [Fact]
    public void Whoever_asks_for_more_gets_the_same_first()
    {
        var random = new Random(3);
        var books = HandMadeModel.Books(60);
        var model = HandMadeModel.Random(random, books);
        var ranked = books.Select(book => new ScoredBook(book, random.NextDouble())).OrderByDescending(one => one.Score).ToList();
        foreach (var diversity in new[] { 0, 0.3, 0.7, 1 })
        {
            var all = Diversity.Choose(ranked, 100, diversity, model);

            Assert.Equal(all.Take(20), Diversity.Choose(ranked, 20, diversity, model));
            Assert.Equal(books, all.Select(one => one.Book).Order());
        }
    }

    [Fact]
    public void Of_nothing_and_of_one_there_is_no_choice()
    {
        Assert.Empty(Diversity.Choose([], 10, 0.5, Model));
        Assert.Single(Diversity.Choose([new(Books[0], 0)], 10, 0.5, Model));
        Assert.Equal(2, Diversity.Choose([new(Guid.Empty, 1), new(Books[0], 1)], 10, 1, Model).Count);
    }
}
