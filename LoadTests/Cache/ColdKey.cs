using System.Globalization;
using System.Net;
using Npgsql;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Cache;

/// <summary>1,000 requests at once for a book that nobody has asked for yet: the database must see one query.</summary>
internal static class ColdKey
{
    private const int Requests = 1_000;

    internal static async Task<bool> MeasureAsync(CachedCatalogue catalogue, CancellationToken cancellationToken)
    {
        await using var admin = await CachedCatalogue.OpenAsync(catalogue.Database.Admin, cancellationToken);
        await SeedBench.HoldEmbeddingsAsync(admin, cancellationToken);
        await SeedBench.ExecuteAsync(admin, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Requests }) { Timeout = TimeSpan.FromMinutes(1) };
        using var api = await catalogue.StartApiAsync(client, "cold", 128 << 20, null, cancellationToken);
        // Connections and code are warm; the book is not.
        await AskAsync(client, api, 1, Requests, cancellationToken);
        var single = await QueriesAsync(admin, () => AskAsync(client, api, 2, 1, cancellationToken), cancellationToken);
        var together = await QueriesAsync(admin, () => AskAsync(client, api, 3, Requests, cancellationToken), cancellationToken);

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{Requests:N0} requests at once for one cold key: {together} of the database's queries (a single request: {single}); goal 1: {(together == 1 ? "reached" : "MISSED")}"));
        return together == 1;
    }

    private static Task AskAsync(HttpClient client, ServerProcess api, int book, int requests, CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, requests).Select(async _ =>
    {
        using var answer = await client.GetAsync(new Uri(api.Address, CachedCatalogue.Path(book)), cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"The Api answered {answer.StatusCode}.");
    }));

    // What the services' role has the database do meanwhile, whatever it is.
    private static async Task<long> QueriesAsync(NpgsqlConnection admin, Func<Task> work, CancellationToken cancellationToken)
    {
        await SeedBench.ExecuteAsync(admin, "SELECT pg_stat_statements_reset()", cancellationToken);
        await work();
        return await SeedBench.ScalarAsync<long>(admin, """
            SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid
            WHERE r.rolname = 'platform_app' AND d.datname = current_database() AND s.query ILIKE '%catalog.%' AND s.query NOT ILIKE '%book_embeddings%'
            """, cancellationToken);
    }
}
