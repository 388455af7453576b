using System.Globalization;
using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics;

/// <summary>Whatever is killed while the database is written to, at random moments: in the end the event store is what happened.</summary>
public sealed class CrashTests(CrashTests.Servers servers) : IClassFixture<CrashTests.Servers>
{
    /// <summary>Servers that can be killed, with the service between them.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private PostgresServer _postgres = null!;
        private AnalyticsProcess _analytics = null!;

        internal StoredDatabase Store { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _postgres = await PostgresServer.StartNewAsync();
            var database = await TestDatabase.PrepareAsync("platform", _postgres.ConnectionString, redis: "");
            await MigrateCommand.MigrateAsync(database.Owner, target: null, TextWriter.Null, CancellationToken.None);
            // What happened, as the same transactions say.
            await database.ExecuteAsync("""
                CREATE TABLE public.happened (number bigint GENERATED ALWAYS AS IDENTITY, book uuid, title text);
                CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.happened (book, title) VALUES (NEW.id, NEW.title); RETURN NULL; END $$;
                CREATE TRIGGER note AFTER INSERT OR UPDATE OF title ON catalog.books FOR EACH ROW EXECUTE FUNCTION public.note();
                """);
            Store = StoredDatabase.Of(database, await CosmosEmulator.StartAsync());
            _analytics = Store.Start();
            // From here on the slot keeps what it has not been told to forget.
            var first = await Store.AddBookAsync("first");
            await Store.HoldsAsync(first, events => events.Count > 0);
        }

        internal async Task KillAsync(int which)
        {
            switch (which)
            {
                case 0:
                    await _postgres.KillAsync();
                    await _postgres.StartAsync();
                    break;
                case 1:
                    await Store.Cosmos.KillAsync();
                    await Store.Cosmos.StartProcessAsync();
                    break;
                default:
                    await _analytics.DisposeAsync();
                    _analytics = Store.Start();
                    break;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _analytics.DisposeAsync();
            await Store.Cosmos.DisposeAsync();
            await _postgres.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task The_event_store_is_what_happened(int seed)
    {
        var (random, store) = (new Random(seed), servers.Store);
        List<Guid> books = [];
        for (var n = 0; n < 5; n++)
            books.Add(await store.AddBookAsync("0"));
        var (title, isOver) = (0, false);
        var writing = Task.Run(async () =>
        {
            var choice = new Random(seed);
            while (!Volatile.Read(ref isOver))
                await InsistAsync(() => store.Database.ExecuteAsync("UPDATE catalog.books SET title = $2 WHERE id = $1", books[choice.Next(books.Count)], Interlocked.Increment(ref title).ToString(CultureInfo.InvariantCulture)));
        }, TestContext.Current.CancellationToken);

        foreach (var victim in Enumerable.Range(0, 3).OrderBy(_ => random.Next()))
        {
            var until = Volatile.Read(ref title) + random.Next(5, 60);
            await Eventually.HoldsAsync(() => Task.FromResult(Volatile.Read(ref title) >= until), "it is written");
            await servers.KillAsync(victim);
        }

        Volatile.Write(ref isOver, true);
        await writing;

        foreach (var book in books)
        {
            var happened = await HappenedAsync(book);
            Assert.NotEmpty(happened);
            await store.HoldsAsync(book, events => events.Count >= happened.Count, "as much is stored as happened");
            Assert.Equal(happened, (await store.EventsAsync(book)).Select(one => one.Data["title"].GetString()));
        }
    }

    private async Task<List<string>> HappenedAsync(Guid book) => [.. await servers.Store.Database.ScalarAsync<string[]>("SELECT array_agg(title ORDER BY number) FROM public.happened WHERE book = $1", book) ?? []];

    // While the server is away. A write whose answer was lost is done again, and happened twice.
    private static Task InsistAsync(Func<Task> write) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            await write();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }, "the database is written to", TimeSpan.FromMinutes(1));
}
