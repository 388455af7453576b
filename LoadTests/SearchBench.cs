using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Npgsql;
using Pgvector;
using Platform.Api.Catalog.Import;
using Platform.Api.Catalog.Search;
using Platform.Api.Embeddings;
using Platform.LoadTests.Http;

namespace Platform.LoadTests;

/// <summary><c>bench search</c>: GET /search next to its own statement, on as many connections.</summary>
internal static class SearchBench
{
    private const int Rounds = 3;

    private static readonly Option<int> Connections = new("--connections") { Description = "How many searches run at a time.", DefaultValueFactory = _ => 2 };

    private static readonly Option<string?> Folder = new("--goodbooks") { Description = "The folder of goodbooks-10k; without it, generated books are searched." };

    private static readonly Option<int> Books = new("--books")
    {
        Description = "How many generated books to search; made when bench seed has not made them.", DefaultValueFactory = _ => 10_000,
    };

    internal static Command Create()
    {
        var search = new Command("search", "GET /search over HTTP next to its bare statement, at the same number of connections.") { Connections, Folder, Books };
        search.SetAction(RunAsync);
        return search;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        var (books, folder, connections) = (arguments.GetValue(Books), arguments.GetValue(Folder), arguments.GetValue(Connections));
        var database = folder is null
            ? await stack.CreateDatabaseAsync(SeedBench.Database(books), fresh: false, cancellationToken)
            : await stack.CreateDatabaseAsync("bench_search", fresh: true, cancellationToken);
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Owner) { CommandTimeout = 0 }.ConnectionString);
        await owner.OpenAsync(cancellationToken);
        if (folder is not null)
        {
            using var report = new ImportReport(Path.Combine(Path.GetTempPath(), "bench-search-import.txt"));
            await new GoodbooksImport(database.App, TimeProvider.System).RunAsync(folder, report, _ => { }, cancellationToken);
            await SeedBench.ExecuteAsync(owner, "ANALYZE", cancellationToken);
        }
        else if (await SeedBench.ScalarAsync<long>(owner, "SELECT count(*) FROM catalog.book_search", cancellationToken) < books)
        {
            await SeedBench.FillAsync(database, books, cancellationToken);
        }

        if (folder is null)
        {
            await SeedBench.HoldEmbeddingsAsync(owner, cancellationToken);
        }

        using var api = BenchApi.Start(database, "127.0.0.1:6379,abortConnect=false"); // searching does without
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = api.Address, Timeout = TimeSpan.FromMinutes(1) };
        await api.ReadyAsync(client, "/api/v1/search?q=ready", cancellationToken);
        await BenchApi.LogInAsAdminAsync(client, database, cancellationToken);
        if (folder is not null)
        {
            await EmbeddedAsync(owner, cancellationToken);
            await SeedBench.HoldEmbeddingsAsync(owner, cancellationToken);
        }

        await MeasureAsync(owner, database, client, connections, cancellationToken);
        return 0;
    }

    private static async Task MeasureAsync(NpgsqlConnection owner, BenchDatabase database, HttpClient client, int connections, CancellationToken cancellationToken)
    {
        var queries = await SearchQueries.MakeAsync(owner, cancellationToken);
        var vectors = await SeedBench.ScalarAsync<long>(owner, "SELECT count(*) FROM catalog.book_embeddings", cancellationToken);
        var books = await SeedBench.ScalarAsync<long>(owner, "SELECT count(*) FROM catalog.book_search", cancellationToken);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{books:N0} books, {vectors:N0} of them with a vector; {queries.Count} queries, {connections} connections, {Rounds} rounds"));

        var source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(database.App) { MaxPoolSize = connections, MaxAutoPrepare = 100 }.ConnectionString);
        source.UseVector();
        await using var pool = source.Build();
        var generator = new LocalEmbeddingGenerator();
        var http = new Measured("GET /search", "ms");
        var inside = new Measured("its time in the database", "ms");
        var sql = new Measured("the statement alone", "ms");
        var suggest = new Measured("GET /search/suggest, in the database", "ms");
        var insideByKind = queries.Select(q => q.Kind).Distinct().ToDictionary(kind => kind, kind => new Measured($"  {kind}, in the database", "ms"));
        for (var round = 0; round <= Rounds; round++)
        {
            var counts = round > 0; // the first fills caches and makes plans
            await ForgetAsync(client, cancellationToken);
            await EachAsync(queries, connections, async query =>
            {
                var started = Stopwatch.GetTimestamp();
                var database = await AskAsync(client, $"/api/v1/search?q={Uri.EscapeDataString(query.Text)}", cancellationToken);
                return (query.Kind, Stopwatch.GetElapsedTime(started).TotalMilliseconds, database);
            }, figure =>
            {
                http.Add(figure.TotalMilliseconds);
                inside.Add(figure.Item3);
                insideByKind[figure.Kind].Add(figure.Item3);
            }, counts);
            await EachAsync(queries, connections, async query =>
            {
                var meaning = new Vector((await generator.GenerateAsync([query.Text], cancellationToken: cancellationToken))[0].Vector);
                await using var connection = await pool.OpenConnectionAsync(cancellationToken);
                await using var command = BookSearch.Command(connection, query.Text, meaning, generator.ModelId(), Nearness.Local, 20, new SearchQuery(query.Text, null, null, null, null, null, null, null));
                var started = Stopwatch.GetTimestamp();
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                }

                return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }, sql.Add, counts);
            await EachAsync(queries.Where(q => q.Kind == "prefix"), connections,
                query => AskAsync(client, $"/api/v1/search/suggest?q={Uri.EscapeDataString(query.Text)}", cancellationToken), suggest.Add, counts);
        }

        foreach (var figures in new[] { http, sql, inside }.Concat(insideByKind.Values).Append(suggest))
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{figures.What,-40} p50 {figures.Median,8:N1}   p95 {figures.Percentile(95),8:N1}   p99 {figures.Percentile(99),8:N1} {figures.Unit}"));
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"p95 of GET /search is {http.Percentile(95) / sql.Percentile(95):N2} times that of its statement (limit 3); in the database {inside.Percentile(95):N1} ms (limit 50 on 1,000,000 books)"));
    }

    // The Api answers what it has answered before from its cache, which is not what is measured.
    private static async Task ForgetAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/diagnostics/cache/invalidate") { Content = JsonContent.Create(new { all = true }) };
        using var answer = await client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    // The milliseconds inside the database, as the answer says them.
    private static async Task<double> AskAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(address, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var database = answer.Headers.GetValues("Server-Timing").Single().Split(',')[0];
        return double.Parse(database["db;dur=".Length..], CultureInfo.InvariantCulture);
    }

    private static async Task EachAsync<TQuery, TFigure>(IEnumerable<TQuery> queries, int connections, Func<TQuery, Task<TFigure>> once, Action<TFigure> add, bool counts)
    {
        var figures = new ConcurrentBag<TFigure>();
        await Parallel.ForEachAsync(queries, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (query, _) => figures.Add(await once(query)));
        if (counts)
        {
            foreach (var figure in figures)
            {
                add(figure);
            }
        }
    }

    private static Task EmbeddedAsync(NpgsqlConnection owner, CancellationToken cancellationToken) => UntilAsync("The books do not get their vectors.", TimeSpan.FromMinutes(10),
        () => SeedBench.ScalarAsync<bool>(owner, "SELECT (SELECT count(*) FROM catalog.book_embeddings) = (SELECT count(*) FROM catalog.book_search)", cancellationToken), cancellationToken);

    private static async Task UntilAsync(string otherwise, TimeSpan limit, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException(otherwise);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }
}
