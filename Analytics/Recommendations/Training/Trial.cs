using System.Numerics.Tensors;

namespace Platform.Analytics.Recommendations.Training;

/// <summary>Sees how good a model is: what it offers, as it is served, to readers of whom something was set aside.</summary>
internal static class Trial
{
    // Enough to tell half a percent, and done in seconds.
    private const int MostReaders = 5_000;

    /// <summary>How good a model of the kept part is at the part that was set aside.</summary>
    internal static Evaluation Of(RecommendationModel model, TrainingSet kept, IReadOnlyList<Reading[]> setAside, Parameters parameters, ParallelOptions work)
    {
        var places = kept.Books.Select((book, place) => (book, place)).ToDictionary(one => one.book, one => one.place);
        return Of(reader => Offer(model, kept, reader, places, parameters), kept, setAside, work);
    }

    /// <summary>How good it is to offer all readers the books with the most readers that they have not read.</summary>
    internal static Evaluation OfPopular(TrainingSet kept, IReadOnlyList<Reading[]> setAside, ParallelOptions work)
    {
        var popularity = kept.Popularity();
        var popular = Enumerable.Range(0, popularity.Length).OrderByDescending(book => popularity[book]).ThenBy(book => book).ToList();
        return Of(reader => [.. popular.Except(reader.Select(one => one.Book)).Take(Evaluation.Offered)], kept, setAside, work);
    }

    private static Evaluation Of(Func<Reading[], IReadOnlyList<int>> offer, TrainingSet kept, IReadOnlyList<Reading[]> setAside, ParallelOptions work)
    {
        var every = Math.Max(1, kept.Readers.Count / MostReaders);
        var offers = new (IReadOnlyList<int> Offered, IReadOnlySet<int> Liked)[kept.Readers.Count / every];
        Parallel.For(0, offers.Length, work, reader =>
        {
            var liked = setAside[reader * every].Where(one => one.IsLiked).Select(one => one.Book).ToHashSet();
            offers[reader] = (liked.Count == 0 ? [] : offer(kept.Readers[reader * every]), liked);
        });
        return Evaluation.Of(offers, kept.Books.Length);
    }

    private static List<int> Offer(RecommendationModel model, TrainingSet kept, Reading[] reader, Dictionary<Guid, int> places, Parameters parameters)
    {
        var evidence = reader.Select(one => new Evidence(kept.Books[one.Book], one.Weight)).ToList();
        if (model.UserVector(evidence) is not { } vector)
            return [];
        var near = new float[kept.Books.Length];
        for (var book = 0; book < near.Length; book++)
            near[book] = TensorPrimitives.Dot(vector, model.ItemVector(kept.Books[book]));
        foreach (var one in reader)
            near[one.Book] = float.NegativeInfinity;
        return [.. model.Rank(evidence, Best.Of(near, parameters.Candidates).Select(book => kept.Books[book])).Take(Evaluation.Offered).Select(one => places[one.Book])];
    }
}
