using System.Globalization;
using Npgsql;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Cache;

/// <summary>The generated books that are asked for over HTTP, and how the Api that answers is started.</summary>
/// <param name="Database">Where the books are.</param>
/// <param name="Redis">StackExchange.Redis' configuration string.</param>
/// <param name="Namespace">The cache's, of this run alone.</param>
internal sealed record CachedCatalogue(BenchDatabase Database, string Redis, string Namespace)
{
    internal const int Books = 10_000;

    internal static async Task<CachedCatalogue> PrepareAsync(BenchStack stack, string redis, string ns, CancellationToken cancellationToken)
    {
        var database = await stack.CreateDatabaseAsync(SeedBench.Database(Books), fresh: false, cancellationToken);
        await using var owner = await OpenAsync(database.Owner, cancellationToken);
        if (await SeedBench.ScalarAsync<long>(owner, "SELECT count(*) FROM catalog.book_search", cancellationToken) < Books)
            await SeedBench.FillAsync(database, Books, cancellationToken);
        return new CachedCatalogue(database, redis, ns);
    }

    internal static string Path(int book) => string.Create(CultureInfo.InvariantCulture, $"/api/v1/books/{Id(book)}");

    internal static Guid Id(int book) => GeneratedBooks.Id(1, book);

    internal static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Back in a pool it would still hold the locks that it took.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>The Api with nothing cached in memory, and nothing in Redis but what an Api of the same <paramref name="generation"/> stored.</summary>
    internal async Task<ServerProcess> StartApiAsync(HttpClient client, string generation, long memoryBytes, int? processor, CancellationToken cancellationToken)
    {
        var api = BenchApi.Start(Database, Redis, new Dictionary<string, string>
        {
            ["Cache__Namespace"] = $"{Namespace}:{generation}",
            ["Cache__RedisBudget"] = CacheBench.Budget.ToString(),
            ["Cache__MemoryBytes"] = memoryBytes.ToString(CultureInfo.InvariantCulture),
        }, processor);
        try
        {
            await api.ReadyAsync(client, "/health", cancellationToken);
            return api;
        }
        catch
        {
            api.Dispose();
            throw;
        }
    }
}
