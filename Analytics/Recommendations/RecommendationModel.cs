using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Platform.Analytics.Recommendations;

/// <summary>
/// A trained model, in memory and never changed. The score of a book for a reader is a sum over the reader's evidence, so a new
/// piece of evidence counts at once, and the part of each piece in a score is known exactly.
/// </summary>
/// <remarks>
/// For evidence (i, w) the score of book j is the sum of w · (P[i]·Q[j] + N[i, j]). The first part is what a
/// vector search over Q finds; N, the strongest of what the full item-item matrix says beyond it, ranks what was found.
/// </remarks>
/// <param name="description">What it is.</param>
/// <param name="books">The books that it knows.</param>
/// <param name="encoder">P: of each book what it says of a reader, in rows of <see cref="ModelDescription.Dimensions"/> numbers.</param>
/// <param name="items">Q: of each book where it is, in rows of the same length.</param>
/// <param name="neighbours">N, by the places of the books.</param>
internal sealed class RecommendationModel(ModelDescription description, Guid[] books, float[] encoder, float[] items, Neighbours neighbours)
{
    private readonly Dictionary<Guid, int> _places = books.Select((book, place) => (book, place)).ToDictionary(one => one.book, one => one.place);

    /// <summary>Its name among all versions; a later one is greater, compared as text.</summary>
    internal string Version => description.Version;

    /// <summary>When it was trained.</summary>
    internal DateTimeOffset TrainedAt => description.TrainedAt;

    /// <summary>The position of the last event that it was trained with.</summary>
    internal string AsOf => description.AsOf;

    /// <summary>The length of its vectors.</summary>
    internal int Dimensions => description.Dimensions;

    /// <summary>The books that it knows.</summary>
    internal Guid[] Books => books;

    /// <summary>P, row after row.</summary>
    internal ReadOnlySpan<float> Encoder => encoder;

    /// <summary>Q, row after row.</summary>
    internal ReadOnlySpan<float> Items => items;

    /// <summary>N.</summary>
    internal Neighbours Neighbours => neighbours;

    /// <summary>Whether it knows a book.</summary>
    internal bool Knows(Guid book) => _places.ContainsKey(book);

    /// <summary>Where a book is (Q): what is searched among.</summary>
    internal ReadOnlySpan<float> ItemVector(Guid book) => _places.TryGetValue(book, out var place) ? Row(items, place) : [];

    /// <summary>What to search with for a reader.</summary>
    /// <param name="evidence">All that is known of the reader.</param>
    /// <returns>Null when the model knows none of the books.</returns>
    internal float[]? UserVector(IReadOnlyCollection<Evidence> evidence)
    {
        float[]? vector = null;
        foreach (var (place, weight) in Known(evidence))
        {
            vector ??= new float[Dimensions];
            TensorPrimitives.MultiplyAdd(Row(encoder, place), weight, vector, vector);
        }

        return vector;
    }

    /// <summary>What it thinks of a book for a reader.</summary>
    /// <returns>0 for a book that it does not know.</returns>
    internal double Score(IReadOnlyCollection<Evidence> evidence, Guid book) =>
        _places.TryGetValue(book, out var place) ? Known(evidence).Sum(one => Contribution(one, place)) : 0;

    /// <summary>The best first, as <see cref="Score"/> says; those that it does not know are left out.</summary>
    /// <param name="evidence">All that is known of the reader.</param>
    /// <param name="candidates">What a search with <see cref="UserVector"/> has found; none twice.</param>
    internal IReadOnlyList<ScoredBook> Rank(IReadOnlyCollection<Evidence> evidence, IEnumerable<Guid> candidates)
    {
        if (UserVector(evidence) is not { } reader)
            return [];
        var scores = candidates.Where(Knows).Select(book => _places[book]).ToDictionary(place => place, place => (double)TensorPrimitives.Dot(reader, Row(items, place)));
        // Once over what each piece of evidence has neighbours of: a hundred pieces and 300 candidates take well under a millisecond.
        foreach (var (from, weight) in Known(evidence))
        {
            var weights = neighbours.Weights(from);
            var columns = neighbours.Columns(from);
            for (var i = 0; i < columns.Length; i++)
            {
                ref var score = ref CollectionsMarshal.GetValueRefOrNullRef(scores, columns[i]);
                if (!Unsafe.IsNullRef(ref score))
                    score += weight * weights[i];
            }
        }

        return [.. scores.Select(one => new ScoredBook(books[one.Key], one.Value)).OrderByDescending(one => one.Score).ThenBy(one => one.Book)];
    }

    /// <summary>The evidence that speaks for a book, the strongest first, with its share of all that does.</summary>
    internal IReadOnlyList<(Guid Book, double Share)> Because(IReadOnlyCollection<Evidence> evidence, Guid book)
    {
        if (!_places.TryGetValue(book, out var place))
            return [];
        var reasons = Known(evidence).Select(one => (Book: books[one.Place], Part: Contribution(one, place))).Where(one => one.Part > 0).ToList();
        var all = reasons.Sum(one => one.Part);
        return [.. reasons.OrderByDescending(one => one.Part).ThenBy(one => one.Book).Select(one => (one.Book, one.Part / all))];
    }

    private IEnumerable<(int Place, float Weight)> Known(IReadOnlyCollection<Evidence> evidence)
    {
        foreach (var one in evidence)
        {
            if (one.Weight != 0 && _places.TryGetValue(one.Book, out var place))
                yield return (place, one.Weight);
        }
    }

    private double Contribution((int Place, float Weight) evidence, int place) =>
        evidence.Weight * (TensorPrimitives.Dot(Row(encoder, evidence.Place), Row(items, place)) + neighbours.At(evidence.Place, place));

    private ReadOnlySpan<float> Row(float[] matrix, int place) => matrix.AsSpan(place * Dimensions, Dimensions);
}
