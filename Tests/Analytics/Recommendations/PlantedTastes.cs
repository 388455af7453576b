using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Training;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Readers of some tastes, each of which has books of its own, and now and then reads something else.</summary>
internal static class PlantedTastes
{
    internal const int BooksOfTaste = 30;

    internal static int TasteOf(int book) => book / BooksOfTaste;

    internal static TrainingSet Create(int seed, int tastes = 4, int readers = 400, int booksOfReader = 12, double noise = 0.1, params Kinship[] kinships)
    {
        var random = new Random(seed);
        var books = tastes * BooksOfTaste;
        var all = Enumerable.Range(0, readers).Select(reader => Enumerable.Range(0, booksOfReader)
            .Select(_ => random.NextDouble() < noise ? random.Next(books) : (reader % tastes * BooksOfTaste) + random.Next(BooksOfTaste)).Distinct()
            .Select(book => new Reading(book, 1, IsLiked: true)).ToArray()).ToList();
        return new TrainingSet([.. Enumerable.Range(0, books).Select(Id)], books, all, kinships, "0");
    }

    /// <summary>A book's id by its place.</summary>
    internal static Guid Id(int place) => new(place + 1, 0, 0, new byte[8]);

    /// <summary>A book's place by its id.</summary>
    internal static int PlaceOf(Guid book) => System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(book.ToByteArray()) - 1;

    internal static RecommendationModel Train(TrainingSet set, string version = "v", int threads = 2)
    {
        // A hundred times fewer books than the numbers were chosen for.
        var parameters = Parameters.Default with { Ridge = 20, Dimensions = 16, Candidates = 60 };
        var work = new ParallelOptions { MaxDegreeOfParallelism = threads };
        return Factors.Of(new ModelDescription(version, DateTimeOffset.UnixEpoch, set.AsOf, parameters.Dimensions), set, Autoencoder.Learn(set, parameters, work), parameters, work);
    }
}
