using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Serving;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>What a reader is recommended, and why.</summary>
public sealed class ReaderRecommendationTests(CosmosFixture cosmos) : IClassFixture<CosmosFixture>
{
    private static readonly Guid[] Books = HandMadeModel.Books(80);
    private static readonly string?[] Shelves = [null, null, "want", "reading", "read"];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Never_what_the_reader_has_read_rated_bought_shelved_or_hidden()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        await analytics.ServeAsync(HandMadeModel.Random(new Random(1), Books));
        // What is in demand comes after what the model says, and is held to the same.
        await analytics.TrendAsync(null, [.. Books, .. HandMadeModel.Books(100).Skip(80)]);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var history = Books.Where(_ => random.Next(1 + (seed % 4)) == 0).Select(book => Entry(random, book)).ToList();
            var user = Guid.CreateVersion7();
            await analytics.KnowAsync(user, "1", history);

            var answer = await analytics.Recommendations.ForAsync(user, random.Next(1, 101), random.Next(3) / 2.0, Ended);

            var known = history.Where(entry => entry.Shelf is not null || entry.Rating is not null || entry.Bought > 0 || entry.Hidden).Select(entry => entry.Book);
            Assert.Empty(answer.Items.Select(item => item.Book).Intersect(known));
            Assert.Distinct(answer.Items.Select(item => item.Book));
        }
    }

    [Fact]
    public async Task There_are_as_many_as_were_asked_for_however_much_the_reader_knows()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        await analytics.ServeAsync(HandMadeModel.Random(new Random(2), Books));
        var user = Guid.CreateVersion7();
        await analytics.KnowAsync(user, "1", Books.Take(70).Select(book => new HistoryEntry(book, default, default, Rating: 4)));

        var answer = await analytics.Recommendations.ForAsync(user, 10, 0, Ended);

        Assert.Equal(Books.Skip(70), answer.Items.Select(item => item.Book).Order());
        Assert.Equal((HandMadeModel.Version, "1"), (answer.Model, answer.AsOf));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Without_what_speaks_for_it_a_book_scores_less_and_the_order_is_another(int seed)
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        var random = new Random(seed);
        await analytics.ServeAsync(HandMadeModel.Random(random, Books));
        var user = Guid.CreateVersion7();
        var history = Books.Take(12).Select(book => new HistoryEntry(book, default, default, Rating: random.Next(1, 6))).ToList();
        await analytics.KnowAsync(user, "1", history);
        var before = await analytics.Recommendations.ForAsync(user, 50, 0, Ended);

        foreach (var item in before.Items.Skip(1).Take(8))
        {
            Assert.NotEmpty(item.Because);
            Assert.All(item.Because, reason => Assert.Equal("rated", reason.What));
            await analytics.KnowAsync(user, "2", history.ExceptBy(item.Because.Select(reason => reason.BookId), entry => entry.Book));
            var after = await analytics.Recommendations.ForAsync(user, 100, 0, Ended);

            // Which place that is depends on what else the same evidence speaks for.
            Assert.True(after.Items.Single(one => one.Book == item.Book).Score < item.Score);
            Assert.NotEqual(before.Items.Select(one => one.Book), after.Items.Take(50).Select(one => one.Book));
        }
    }

    [Fact]
    public async Task What_the_reader_did_last_counts_in_the_next_answer_and_in_the_vector_that_is_kept()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        var books = Books[..6];
        // Two kinds of books.
        await analytics.ServeAsync(HandMadeModel.Of(books, [1, 0], [0.9f, 0.1f], [0.8f, 0.1f], [0, 1], [0.1f, 0.9f], [0.1f, 0.8f]));
        var (user, vectors) = (Guid.CreateVersion7(), analytics.Services.GetService(typeof(ReaderVectors)) as ReaderVectors);
        await analytics.KnowAsync(user, "1", new HistoryEntry(books[0], default, default, Views: 1));
        var before = await analytics.Recommendations.ForAsync(user, 3, 0, Ended);
        var kept = await vectors!.FindAsync(user, Ended);

        await analytics.KnowAsync(user, "2", new HistoryEntry(books[0], default, default, Views: 1), new HistoryEntry(books[3], default, default, Rating: 5));
        var after = await analytics.Recommendations.ForAsync(user, 3, 0, Ended);

        Assert.Equal([books[0], books[1], books[2]], before.Items.Select(item => item.Book));
        Assert.Equal(("1", "viewed"), (before.AsOf, before.Items[0].Because[0].What));
        Assert.Equal([books[4], books[5]], after.Items.Take(2).Select(item => item.Book));
        Assert.Equal(("2", new Reason(books[3], "rated")), (after.AsOf, after.Items[0].Because[0]));
        Assert.Equal(("1", HandMadeModel.Version), (kept!.AsOf, kept.Model));
        kept = await vectors.FindAsync(user, Ended);
        Assert.Equal("2", kept!.AsOf);
        Assert.Equal([EvidenceWeights.Of(new HistoryEntry(books[0], default, default, Views: 1)), 1.1f], kept.Embedding);
    }

    [Fact]
    public async Task Whoever_is_new_gets_what_is_in_demand_and_first_in_the_categories_of_what_they_looked_at()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        var (stranger, newcomer, category) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var events = await analytics.Database.CreateContainerAsync("events", "/stream", cancellationToken: Ended);
        await events.Container.CreateItemAsync(new { id = "1", stream = $"book:{Books[0]}", type = "book.category-added", position = "1", data = new { category_id = category } }, cancellationToken: Ended);
        await analytics.TrendAsync(null, Books[1], Books[2], Books[3]);
        await analytics.TrendAsync(category, Books[3], Books[0]);
        await analytics.KnowAsync(newcomer, "7", new HistoryEntry(Books[0], default, default, Shelf: "want"), new HistoryEntry(Books[2], default, default, Hidden: true));

        var toAll = await analytics.Recommendations.ForAsync(stranger, 3, 0, Ended);
        var toNewcomer = await analytics.Recommendations.ForAsync(newcomer, 3, 0, Ended);

        Assert.Equal(("cold-start", null), (toAll.Model, toAll.AsOf));
        Assert.Equal([Books[1], Books[2], Books[3]], toAll.Items.Select(item => item.Book));
        Assert.Equal(("cold-start", "7"), (toNewcomer.Model, toNewcomer.AsOf));
        Assert.Equal([Books[3], Books[1]], toNewcomer.Items.Select(item => item.Book));
        Assert.Equal([new Reason(Books[0], "category")], toNewcomer.Items[0].Because);
    }

    [Fact]
    public async Task Where_nothing_has_happened_yet_it_is_what_the_catalogue_says_is_read_most()
    {
        await using var analytics = await ServedAnalytics.StartAsync(cosmos.Emulator);
        Assert.Empty((await analytics.Recommendations.ForAsync(Guid.CreateVersion7(), 3, 0, Ended)).Items);
        var events = await analytics.Database.CreateContainerAsync("events", "/stream", cancellationToken: Ended);
        foreach (var (book, ratings) in new[] { (0, 5), (1, 500), (2, 50), (0, 4000) })
            await events.Container.CreateItemAsync(new { id = $"{book}-{ratings}", stream = $"book:{Books[book]}", type = "book.found", position = "1", data = new { ratings_count = ratings } }, cancellationToken: Ended);

        var answer = await analytics.Recommendations.ForAsync(Guid.CreateVersion7(), 10, 0, Ended);

        Assert.Equal([Books[0], Books[1], Books[2]], answer.Items.Select(item => item.Book));
    }

    private static HistoryEntry Entry(Random random, Guid book) => new(book, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, random.Next(3), random.Next(2), random.Next(2),
        Shelves[random.Next(Shelves.Length)], random.Next(4) / 3, random.Next(3) == 0 ? random.Next(1, 6) : null, random.Next(5) == 0);
}
