using Npgsql;
using NpgsqlTypes;
using Platform.LoadTests.Changes.History;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>Judges a run by its recorded histories and by what the stores hold afterwards.</summary>
internal sealed class Judge : IAsyncDisposable
{
    // What docs/consistency.md promises of another node is a second; the rest is what a busy machine adds.
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(2);

    private readonly LoadedRun _run;
    private readonly NpgsqlDataSource? _database;
    private readonly TrueHistory? _truth;
    private NpgsqlLogSequenceNumber _since;

    private Judge(LoadedRun run)
    {
        _run = run;
        if (run.Stack.Database is { } database)
        {
            // A server that was killed meanwhile leaves dead connections in a pool.
            _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
            _truth = new TrueHistory(_database, database);
        }
    }

    internal Verdict Verdict { get; } = new();

    /// <summary>Of the database.</summary>
    internal string ServerVersion { get; private set; } = "unknown";

    /// <summary>Has the database remember what happens from now on.</summary>
    internal static async Task<Judge> BeginAsync(LoadedRun run, CancellationToken cancellationToken)
    {
        var judge = new Judge(run);
        if (judge._database is not null)
        {
            judge._since = await judge._truth!.BeginAsync(cancellationToken);
            await using var connection = await judge._database.OpenConnectionAsync(cancellationToken);
            judge.ServerVersion = connection.PostgreSqlVersion.ToString();
        }

        return judge;
    }

    /// <summary>Judges all that happened since.</summary>
    internal async Task JudgeAsync(CancellationToken cancellationToken)
    {
        if (_run.Tracked is { } tracked)
            Verdict.Add("no read older than promised", tracked.History.Reads.Count, new StalenessChecker(Elsewhere).Check(tracked.History));
        else
            Verdict.Skip("no read older than promised", "nothing could be written");

        var books = _database is null ? null : new StockBooks(_database);
        if (_run.Shop is { } shop)
            Verdict.Add("nothing oversold, no order lost or doubled", shop.History.Attempts.Count, SalesChecker.Check(shop.History, books is null ? null : await books.SalesAsync(shop.History.Copies.Keys, cancellationToken)));

        if (books is not null && _truth is not null)
        {
            var accounts = await books.ReadAsync(cancellationToken);
            Verdict.Add("stock is its ledger's sum, promises are the orders'", accounts.Count, accounts.SelectMany(account => account.Check()));
            await JudgeEventsAsync(await _truth.ReadChangesAsync(cancellationToken), cancellationToken);
        }
        else
        {
            Verdict.Skip("stock is its ledger's sum, promises are the orders'", "the database cannot be looked into without --postgres");
            Verdict.Skip("every event told and stored once, in order", "the database cannot be looked into without --postgres");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_truth is not null)
            await _truth.ForgetAsync(CancellationToken.None);
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private async Task JudgeEventsAsync(List<TrueChange> changes, CancellationToken cancellationToken)
    {
        if (_run.Subscribers is { } subscribers)
        {
            var told = await subscribers.JudgeAsync(TrueHistory.TopicsOf(changes), cancellationToken);
            Verdict.Add("every event told once, in order, or a gap", told.Right + told.InGaps + told.Skipped, told.Violations);
            subscribers.Count(_run.Tally, _run.Clock, told.Lost + told.InGaps);
        }

        if (_run.Stack.EventStore is { } store)
        {
            using var stored = new StoredEvents(store, _since);
            var expected = StoredEvents.Expected(changes);
            Verdict.Add("every event stored once, in order", expected.Count, EventStoreChecker.Check(expected, await stored.ReadAsync(expected, cancellationToken)));
        }
        else
        {
            Verdict.Skip("every event stored once, in order", "the event store cannot be looked into without --cosmos");
        }
    }
}
