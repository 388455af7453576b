using System.Numerics.Tensors;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Training;

namespace Platform.LoadTests.Recommend;

/// <summary>What everybody compares with, over all books and without a way to serve it.</summary>
internal static class Baselines
{
    // Of cosine similarities: those of few readers are chance.
    private const float Shrinkage = 20;
    private const int Neighbours = 100;

    /// <summary>The same for all: what has the most readers.</summary>
    internal static Func<int, IReadOnlyList<int>> Popular(Goodbooks data)
    {
        var popularity = data.ToTrainingSet(_ => 1).Popularity().Select(readers => (float)readers).ToArray();
        return reader => Offer(data, reader, scores => popularity.CopyTo(scores, 0));
    }

    /// <summary>Books like those that were read: the 100 with the most similar readers of each.</summary>
    internal static Func<int, IReadOnlyList<int>> ItemNeighbours(Goodbooks data)
    {
        var set = data.ToTrainingSet(_ => 1);
        var popularity = set.Popularity();
        var readersOf = set.Readers.SelectMany((reader, number) => reader.Select(one => (one.Book, number))).ToLookup(one => one.Book, one => one.number);
        var near = Enumerable.Range(0, set.Books.Length).Select(book =>
        {
            var similar = new float[set.Books.Length];
            foreach (var one in readersOf[book].SelectMany(reader => set.Readers[reader]))
                similar[one.Book]++;
            for (var other = 0; other < similar.Length; other++)
                similar[other] = other == book ? 0 : similar[other] / (MathF.Sqrt((float)popularity[book] * popularity[other]) + Shrinkage);
            return Best.Of(similar, Neighbours).Select(other => (Book: other, Weight: similar[other])).ToArray();
        }).ToArray();
        return reader => Offer(data, reader, scores =>
        {
            foreach (var (book, weight) in data.Kept[reader].SelectMany(rating => near[rating.Book - 1]))
                scores[book] += weight;
        });
    }

    /// <summary>The autoencoder alone, in full, of ones: no vector search can hold it.</summary>
    internal static Func<int, IReadOnlyList<int>> FullAutoencoder(Goodbooks data, ParallelOptions work)
    {
        var weights = Autoencoder.Learn(data.ToTrainingSet(_ => 1), Parameters.Default, work);
        return reader => Offer(data, reader, scores =>
        {
            foreach (var rating in data.Kept[reader])
                TensorPrimitives.Add(scores, weights.Row(rating.Book - 1), scores);
        });
    }

    private static int[] Offer(Goodbooks data, int reader, Action<float[]> score)
    {
        var scores = new float[data.Books.Count];
        score(scores);
        foreach (var rating in data.Kept[reader])
            scores[rating.Book - 1] = float.NegativeInfinity;
        return [.. Best.Of(scores, Evaluation.Offered).Select(place => place + 1)];
    }
}
