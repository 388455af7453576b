using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Training;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>What is learned of who reads what, and that every score can be explained.</summary>
public sealed class ModelTests
{
    private static readonly IReadOnlyCollection<Evidence> SomeOfTheFirstTaste = [new(PlantedTastes.Id(0), 1), new(PlantedTastes.Id(5), 0.9f), new(PlantedTastes.Id(9), 0.6f)];

    private static IEnumerable<Guid> All(TrainingSet set) => set.Books.Except(SomeOfTheFirstTaste.Select(one => one.Book));

    [Fact]
    public void Tastes_that_were_planted_are_found()
    {
        var set = PlantedTastes.Create(seed: 1);
        var model = PlantedTastes.Train(set);

        var best = model.Rank(SomeOfTheFirstTaste, All(set)).Take(20).ToList();

        // A tenth of what is read is noise, and some of it is learned.
        Assert.True(best.Count(one => PlantedTastes.TasteOf(Array.IndexOf(set.Books, one.Book)) == 0) >= 17);
    }

    [Fact]
    public void The_vectors_alone_find_them_as_well()
    {
        var set = PlantedTastes.Create(seed: 2);
        var model = PlantedTastes.Train(set);
        var reader = model.UserVector(SomeOfTheFirstTaste);

        var best = All(set).OrderByDescending(book => System.Numerics.Tensors.TensorPrimitives.Dot(reader, model.ItemVector(book))).Take(20).ToList();

        Assert.True(best.Count(book => PlantedTastes.TasteOf(Array.IndexOf(set.Books, book)) == 0) >= 19);
    }

    [Fact]
    public void The_same_data_make_the_same_model_on_however_many_threads()
    {
        var set = PlantedTastes.Create(seed: 3);

        var (one, other) = (PlantedTastes.Train(set, threads: 1), PlantedTastes.Train(set, threads: 4));

        Assert.Equal(one.Rank(SomeOfTheFirstTaste, All(set)), other.Rank(SomeOfTheFirstTaste, All(set)));
    }

    [Fact]
    public void A_book_that_nobody_has_read_is_offered_to_who_reads_its_author()
    {
        // 25 of a taste of which nobody has read the book 119, whose author has written 0 and 5.
        var set = PlantedTastes.Create(seed: 4, tastes: 4, noise: 0, kinships: new Kinship(KinshipKind.Author, [0, 5, 119]));
        set = set with { Readers = [.. set.Readers.Select(reader => reader.Where(one => one.Book != 119).ToArray())] };

        var model = PlantedTastes.Train(set);

        Assert.Contains(PlantedTastes.Id(119), model.Rank(SomeOfTheFirstTaste, All(set)).Take(30).Select(one => one.Book));
    }

    [Fact]
    public void A_book_beyond_those_that_are_learned_is_where_its_author_is()
    {
        var set = PlantedTastes.Create(seed: 5, kinships: new Kinship(KinshipKind.Author, [0, 5, 120])) with { Books = [.. Enumerable.Range(0, 121).Select(PlantedTastes.Id)] };

        var model = PlantedTastes.Train(set);

        var offered = model.Rank(SomeOfTheFirstTaste, All(set)).Select(one => one.Book).ToList();
        Assert.True(offered.IndexOf(PlantedTastes.Id(120)) < PlantedTastes.BooksOfTaste);
        Assert.NotNull(model.UserVector([new Evidence(PlantedTastes.Id(120), 1)]));
    }

    [Fact]
    public void The_reasons_of_a_score_are_what_it_loses_without_them()
    {
        var set = PlantedTastes.Create(seed: 6);
        var model = PlantedTastes.Train(set);
        var book = PlantedTastes.Id(12);
        var score = model.Score(SomeOfTheFirstTaste, book);

        var because = model.Because(SomeOfTheFirstTaste, book);

        var losses = because.Select(reason => score - model.Score([.. SomeOfTheFirstTaste.Where(one => one.Book != reason.Book)], book)).ToList();
        Assert.All(because.Zip(losses), one => Assert.Equal(one.Second / losses.Sum(), one.First.Share, 1e-4));
        Assert.Equal(1, because.Sum(reason => reason.Share), 1e-6);
        Assert.Equal(score, model.Rank(SomeOfTheFirstTaste, [book]).Single().Score, 1e-5);
    }

    [Fact]
    public void Nothing_is_known_of_what_it_has_not_learned()
    {
        var model = PlantedTastes.Train(PlantedTastes.Create(seed: 7));
        IReadOnlyCollection<Evidence> unknown = [new(Guid.Empty, 1)];

        Assert.Null(model.UserVector(unknown));
        Assert.Empty(model.Rank(unknown, [PlantedTastes.Id(1)]));
        Assert.Empty(model.Because(SomeOfTheFirstTaste, Guid.Empty));
        Assert.Equal(0, model.Score(SomeOfTheFirstTaste, Guid.Empty));
        Assert.Empty(model.Rank(SomeOfTheFirstTaste, [Guid.Empty]));
    }
}
