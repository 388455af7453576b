using System.Globalization;
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Platform.Api.Embeddings;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Embeddings;

/// <summary>
/// How much better than plain hashing the vectors are, on real books and real readers. The text of a book never holds
/// what its neighbours are judged by.
/// </summary>
public sealed partial class LocalEmbeddingQualityTests(ITestOutputHelper output)
{
    private const int Neighbours = 10;

    [Fact]
    public void Neighbours_by_title_are_of_the_same_author_or_series_more_often_than_with_plain_hashing()
    {
        var books = ReadBooks();
        var byAuthor = books.ToLookup(book => book.Author, book => book.Index);
        var bySeries = books.ToLookup(book => book.Series ?? "", book => book.Index);
        var alike = books.Select(book => byAuthor[book.Author].Concat(book.Series is null ? [] : bySeries[book.Series])
            .Where(other => other != book.Index).ToHashSet()).ToArray();

        var plain = Precision(books, book => book.Title, Hashed, alike);
        var ours = Precision(books, book => book.Title, LocalEmbedding.Embed, alike);

        output.WriteLine($"title -> author or series, precision@{Neighbours}: plain hashing {plain:F3}, ours {ours:F3}");
        Assert.True(ours > plain * 1.15, $"ours {ours:F3}, plain hashing {plain:F3}");
    }

    [Theory]
    [InlineData(false, 1.15)]
    [InlineData(true, 1.1)]
    public void Neighbours_are_liked_by_the_same_readers_more_often_than_with_plain_hashing(bool withAuthor, double factor)
    {
        var books = ReadBooks();
        var alike = LikedByTheSameReaders(books.Count);
        string Text(Book book) => withAuthor ? $"{book.Title}\n{book.Series}\n{book.Authors}" : book.Title;

        var plain = Precision(books, Text, Hashed, alike);
        var ours = Precision(books, Text, LocalEmbedding.Embed, alike);

        output.WriteLine($"{(withAuthor ? "title, series, authors" : "title")} -> same readers, precision@{Neighbours}: plain hashing {plain:F3}, ours {ours:F3}");
        Assert.True(ours > plain * factor, $"ours {ours:F3}, plain hashing {plain:F3}");
    }

    private delegate void Embedder(ReadOnlySpan<char> text, Span<float> vector);

    /// <summary>The share of a book's nearest books that are like it, over every 5th book that has any like it.</summary>
    private static double Precision(List<Book> books, Func<Book, string> text, Embedder embed, HashSet<int>[] alike)
    {
        var vectors = books.Select(book =>
        {
            var vector = new float[LocalEmbedding.Dimensions];
            embed(text(book), vector);
            return vector;
        }).ToArray();
        // Only books that are like some other can be near or far in a way that can be judged.
        var judged = Enumerable.Range(0, books.Count).Where(i => alike[i].Count > 0).ToArray();
        return judged.Where((_, position) => position % 5 == 0).AsParallel().Select(query =>
        {
            var nearest = new PriorityQueue<int, float>();
            foreach (var i in judged)
            {
                if (i == query)
                    continue;
                var similarity = TensorPrimitives.Dot<float>(vectors[query], vectors[i]);
                if (nearest.Count < Neighbours)
                    nearest.Enqueue(i, similarity);
                else
                    nearest.EnqueueDequeue(i, similarity);
            }
            return nearest.UnorderedItems.Count(item => alike[query].Contains(item.Element)) / (double)Math.Min(Neighbours, alike[query].Count);
        }).Average();
    }

    /// <summary>What is compared with: each word one signed place, all words alike.</summary>
    private static void Hashed(ReadOnlySpan<char> text, Span<float> vector)
    {
        vector.Clear();
        var words = new TextWords(text, stackalloc char[TextWords.MaxLength]);
        while (words.MoveNext())
        {
            var hash = StableHash.Of(words.Current);
            vector[(int)(hash & 0xFF)] += (hash & 0x100) == 0 ? 1 : -1;
        }
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
    }

    /// <summary>For each book that enough readers liked, the 50 books whose readers are most the same (cosine).</summary>
    private static HashSet<int>[] LikedByTheSameReaders(int books)
    {
        var readers = new Dictionary<string, List<int>>();
        var likes = new int[books];
        foreach (var rating in Csv("ratings.csv").Skip(1).Where(rating => int.Parse(rating[2], CultureInfo.InvariantCulture) >= 4))
        {
            var book = int.Parse(rating[1], CultureInfo.InvariantCulture) - 1;
            likes[book]++;
            if (!readers.TryGetValue(rating[0], out var liked))
                readers[rating[0]] = liked = [];
            liked.Add(book);
        }
        var together = new Dictionary<int, int>[books];
        foreach (var liked in readers.Values)
        {
            var known = liked.Where(book => likes[book] >= 15).ToList();
            foreach (var one in known)
            {
                var row = together[one] ??= [];
                foreach (var other in known.Where(other => other != one))
                    row[other] = row.GetValueOrDefault(other) + 1;
            }
        }
        return [.. Enumerable.Range(0, books).Select(one => together[one] is not { } row ? [] : row
            .Where(other => other.Value >= 3)
            .OrderByDescending(other => other.Value / Math.Sqrt((double)likes[one] * likes[other.Key])).ThenBy(other => other.Key)
            .Take(50).Select(other => other.Key).ToHashSet())];
    }

    private static List<Book> ReadBooks()
    {
        var rows = Csv("books.csv");
        var (authorsAt, titleAt) = (Array.IndexOf(rows[0], "authors"), Array.IndexOf(rows[0], "title"));
        return [.. rows.Skip(1).Select((row, index) =>
        {
            var series = Series().Match(row[titleAt]);
            return new Book(
                index,
                series.Success ? row[titleAt][..series.Index].Trim() : row[titleAt],
                series.Success ? series.Groups["name"].Value : null,
                row[authorsAt], row[authorsAt].Split(',')[0].Trim());
        })];
    }

    private static List<string[]> Csv(string name) =>
        [.. File.ReadLines(Repository.SharedData(Path.Combine("goodbooks", name)))
            .Select(line => Field().Matches(line).Select(field => field.Groups["quoted"] is { Success: true } quoted
                ? quoted.Value.Replace("\"\"", "\"", StringComparison.Ordinal)
                : field.Groups["plain"].Value).ToArray())];

    [GeneratedRegex("""(?:^|,)(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^,]*))""")]
    private static partial Regex Field();

    [GeneratedRegex(@"\((?<name>[^()]+?),? #[^()]*\)$")]
    private static partial Regex Series();

    private sealed record Book(int Index, string Title, string? Series, string Authors, string Author);
}
