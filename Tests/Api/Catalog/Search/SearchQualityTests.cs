using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Api.Catalog.Import;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Catalog.Search;

/// <summary>
/// Known-item search over ten thousand real books: each query is of a known kind (a typing error, half a title, a series
/// with its number) and has known answers. The arithmetic is that of the data set's own scorer.
/// </summary>
public sealed class SearchQualityTests(SearchQualityTests.RealCatalogue catalogue) : IClassFixture<SearchQualityTests.RealCatalogue>
{
    [Fact]
    public async Task The_book_that_people_mean_comes_first()
    {
        var kinds = await ScoreAsync(await catalogue.QueriesAsync(), "/api/v1/search?limit=10&q=", "book");

        Report(kinds);
        Assert.True(kinds.Average(k => k.ReciprocalRank) >= 0.97, "mean reciprocal rank over the kinds");
        Assert.True(kinds.Average(k => k.InTen) >= 0.998, "share of queries with an answer among the first ten");
        Assert.All(kinds, kind => Assert.True(kind.ReciprocalRank >= 0.92, kind.ToString()));
    }

    [Fact]
    public async Task Half_a_title_is_enough_for_a_suggestion()
    {
        var kinds = await ScoreAsync((await catalogue.QueriesAsync()).Where(q => q.Kind == "prefix60"), "/api/v1/search/suggest?limit=10&q=", null);

        Report(kinds);
        Assert.True(Assert.Single(kinds).InTen >= 0.99, kinds[0].ToString());
    }

    private async Task<List<Kind>> ScoreAsync(IEnumerable<Query> queries, string address, string? property)
    {
        var ranks = new ConcurrentBag<(string Kind, double ReciprocalRank)>();
        // As many at once as the smallest machine has processors: more would only wait.
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(queries, options, async (query, cancellationToken) =>
        {
            var answer = await catalogue.Api.Client.GetFromJsonAsync<JsonElement>(address + Uri.EscapeDataString(query.Text), cancellationToken);
            var place = answer.GetProperty("items").EnumerateArray()
                .Select(item => catalogue.Numbers[(property is null ? item : item.GetProperty(property)).GetProperty("id").GetGuid()])
                .TakeWhile(number => !query.Expected.Contains(number)).Count() + 1;
            ranks.Add((query.Kind, place <= answer.GetProperty("items").GetArrayLength() ? 1.0 / place : 0));
        });
        return [.. ranks.GroupBy(r => r.Kind, r => r.ReciprocalRank).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Kind(g.Key, g.Count(), g.Average(), g.Average(r => r == 1 ? 1 : 0), g.Average(r => r > 0 ? 1 : 0)))];
    }

    private static void Report(List<Kind> kinds) => TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n',
        kinds.Append(new Kind("all kinds", kinds.Sum(k => k.Count), kinds.Average(k => k.ReciprocalRank), kinds.Average(k => k.First), kinds.Average(k => k.InTen)))));

    private sealed record Kind(string Name, int Count, double ReciprocalRank, double First, double InTen)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Name,-14} {Count,5} queries   MRR@10 {ReciprocalRank:0.0000}   first {First:0.0000}   in ten {InTen:0.0000}");
    }

    /// <summary>A line of queries.tsv.</summary>
    public sealed record Query(string Kind, string Text, HashSet<int> Expected);

    /// <summary>The Api with the real books in its database, and a vector of each; imported when the first test asks for it.</summary>
    public sealed class RealCatalogue : IAsyncDisposable
    {
        private readonly Lazy<Task> _imported;

        public RealCatalogue(Stack stack)
        {
            Api = new ApiFixture(stack);
            _imported = new(ImportAsync);
        }

        /// <summary>The Api.</summary>
        public ApiFixture Api { get; }

        /// <summary>The data set's number of each book.</summary>
        public IReadOnlyDictionary<Guid, int> Numbers { get; private set; } = new Dictionary<Guid, int>();

        /// <summary>The queries with their answers; skips the calling test where the data is absent.</summary>
        public async Task<List<Query>> QueriesAsync()
        {
            var lines = await File.ReadAllLinesAsync(Repository.SharedData("search/queries.tsv"));
            await _imported.Value;
            return [.. lines.Skip(1).Where(line => line != "").Select(line => line.Split('\t'))
                .Select(cells => new Query(cells[0], cells[1], [.. cells[2].Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))]))];
        }

        public async ValueTask DisposeAsync()
        {
            if (_imported.IsValueCreated)
            {
                await Api.DisposeAsync();
            }
        }

        private async Task ImportAsync()
        {
            var folder = Directory.CreateTempSubdirectory("goodbooks");
            try
            {
                foreach (var file in new[] { "books.csv", "genres.csv" })
                {
                    File.Copy(Repository.SharedData($"goodbooks/{file}"), Path.Combine(folder.FullName, file));
                }

                // Ratings by single readers say nothing about searching.
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, "ratings.csv"), "user_id,book_id,rating\n");
                await Api.InitializeAsync();
                using var report = new ImportReport(Path.Combine(folder.FullName, "report.txt"));
                await new GoodbooksImport(Api.Database.App, TimeProvider.System).RunAsync(folder.FullName, report, _ => { }, CancellationToken.None);
            }
            finally
            {
                folder.Delete(recursive: true);
            }

            await Api.Database.ExecuteAsync("ANALYZE");
            Numbers = (await Api.Database.ScalarAsync<string>("SELECT string_agg(book_id || ' ' || value, ',') FROM catalog.book_identifiers WHERE scheme = 'goodbooks'"))!
                .Split(',').Select(pair => pair.Split(' ')).ToDictionary(pair => Guid.Parse(pair[0]), pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
            await Eventually.HoldsAsync(async () => await Api.Database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_embeddings") == Numbers.Count,
                "each book has its vector", TimeSpan.FromMinutes(3));
        }
    }
}
