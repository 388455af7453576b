using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using Platform.Api.Catalog;
using Platform.Api.Data;
using Platform.CacheMap;
using Platform.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>What the cache is told, and when, of what EF saves.</summary>
public sealed class CacheInvalidationTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>, IAsyncDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly TestDatabase _database = fixture.Database;
    private readonly ManualClock _clock = new();
    private readonly List<CacheChanges> _told = [];
    private Func<Task> _onTold = () => Task.CompletedTask;
    private TcpProxy? _proxy;

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_is_told_once_others_see_it(bool sync)
    {
        await using var db = Open();
        var author = NewAuthor();
        var book = new Book { Id = Guid.CreateVersion7(), Title = "Emma" };
        book.Authors.Add(new BookAuthor { BookId = book.Id, AuthorId = author.Id });
        book.Identifiers.Add(new BookIdentifier { BookId = book.Id, Scheme = "isbn13", Value = Number() });
        var seen = 0L;
        _onTold = async () => seen = await _database.ScalarAsync<long>("SELECT count(*) FROM catalog.book_identifiers WHERE book_id = $1", book.Id);

        db.AddRange(author, book);
        await SaveAsync(db, sync);

        Assert.Equal(1, seen);
        Assert.Equal(
            [CacheKeys.Author(author.Id), CacheKeys.Book(book.Id), CacheKeys.Isbn(book.Identifiers[0].Value)],
            Assert.Single(_told).Keys.OrderBy(key => key.Value.Split(':')[0], StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_of_one_statement_which_needs_no_transaction_is_told(bool sync)
    {
        await using var db = Open();
        var author = NewAuthor();

        db.Add(author);
        await SaveAsync(db, sync);

        Assert.Contains(CacheKeys.Author(author.Id), Assert.Single(_told).Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_saves_of_a_transaction_are_told_together_after_its_commit(bool sync)
    {
        await using var db = Open();
        var (one, two) = (NewAuthor(), NewAuthor());
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        db.Add(one);
        await SaveAsync(db, sync);
        db.Add(two);
        await SaveAsync(db, sync);
        db.ChangesInTransaction().AddRows("catalog.books", "id", [one.Id]);

        Assert.Empty(_told);
        if (sync)
        {
#pragma warning disable CA1849 // the synchronous path is what is tested
            transaction.Commit();
#pragma warning restore CA1849
        }
        else
        {
            await transaction.CommitAsync(Ct);
        }

        Assert.Equal(new[] { CacheKeys.Author(one.Id), CacheKeys.Author(two.Id), CacheKeys.Book(one.Id) }.ToHashSet(), Assert.Single(_told).Keys.ToHashSet());
    }

    [Theory]
    [InlineData("rollback")]
    [InlineData("dispose")]
    public async Task What_is_rolled_back_is_never_told(string end)
    {
        await using var db = Open();
        await using (var transaction = await db.Database.BeginTransactionAsync(Ct))
        {
            db.Add(NewAuthor());
            await db.SaveChangesAsync(Ct);
            if (end == "rollback")
            {
                await transaction.RollbackAsync(Ct);
            }
        }

        var kept = NewAuthor();
        db.Add(kept);
        await db.SaveChangesAsync(Ct);

        Assert.Equal([CacheKeys.Author(kept.Id)], Assert.Single(_told).Keys);
    }

    [Fact]
    public async Task A_transaction_after_one_that_was_abandoned_tells_only_its_own()
    {
        await using var db = Open();
        await using (await db.Database.BeginTransactionAsync(Ct))
        {
            db.ChangesInTransaction().AddRows("catalog.books", "id", [Guid.CreateVersion7()]);
        }

        var kept = Guid.CreateVersion7();
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        db.ChangesInTransaction().AddRows("catalog.books", "id", [kept]);
        await transaction.CommitAsync(Ct);

        Assert.Equal([CacheKeys.Book(kept)], Assert.Single(_told).Keys);
    }

    [Fact]
    public async Task What_a_savepoint_leaves_is_told()
    {
        await using var db = Open();
        var kept = NewAuthor();
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        db.Add(kept);
        await db.SaveChangesAsync(Ct);
        await transaction.CreateSavepointAsync("here", Ct);
        db.Add(NewAuthor());
        await db.SaveChangesAsync(Ct);
        await transaction.RollbackToSavepointAsync("here", Ct);

        await transaction.CommitAsync(Ct);

        Assert.Contains(CacheKeys.Author(kept.Id), Assert.Single(_told).Keys);
    }

    [Fact]
    public async Task A_save_that_the_server_refuses_is_not_told()
    {
        await using var db = Open();
        var number = Number();
        db.AddRange(NewBook(number), NewBook(number));

        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Ct));

        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_save_that_comes_too_late_is_not_told()
    {
        await using var db = Open();
        var author = NewAuthor();
        db.Add(author);
        await db.SaveChangesAsync(Ct);
        _told.Clear();
        await _database.ExecuteAsync("UPDATE catalog.authors SET name = 'x' WHERE id = $1", author.Id);
        author.Name = "y";

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => db.SaveChangesAsync(Ct));

        Assert.Empty(_told);
    }

    [Fact]
    public async Task What_came_before_a_failed_save_is_told_when_its_transaction_is_committed_all_the_same()
    {
        await using var db = Open();
        var (kept, number) = (NewAuthor(), Number());
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        db.Add(kept);
        await db.SaveChangesAsync(Ct);
        db.AddRange(NewBook(number), NewBook(number));
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Ct));
        Assert.Empty(_told);

        await transaction.CommitAsync(Ct);

        Assert.Contains(CacheKeys.Author(kept.Id), Assert.Single(_told).Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_without_an_answer_is_told_and_told_again(bool sync)
    {
        await using var db = OpenThroughProxy();
        var author = NewAuthor();
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        db.Add(author);
        await db.SaveChangesAsync(Ct);

        _proxy!.Stall();
        var commit = sync ? Task.Run(transaction.Commit, Ct) : transaction.CommitAsync(Ct);
        _proxy.Cut();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => commit);

        await ToldAgainAndAgainAsync(CacheKeys.Author(author.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_without_an_answer_is_told_and_told_again(bool sync)
    {
        await using var db = OpenThroughProxy();
        var author = NewAuthor();
        db.Add(author);
        await db.Database.OpenConnectionAsync(Ct);

        _proxy!.Stall();
        var save = sync ? Task.Run(db.SaveChanges, Ct) : db.SaveChangesAsync(Ct);
        _proxy.Cut();
        await Assert.ThrowsAnyAsync<Exception>(() => save);

        await ToldAgainAndAgainAsync(CacheKeys.Author(author.Id));
    }

    [Fact]
    public async Task A_save_whose_caller_gave_up_is_told()
    {
        await using var db = Open();
        var author = NewAuthor();
        db.Add(author);
        using var impatient = new CancellationTokenSource();
        await using var gate = new NpgsqlConnection(_database.Admin);
        await gate.OpenAsync(Ct);
        await using var held = await gate.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("LOCK TABLE catalog.authors IN SHARE MODE", gate, held);
        await hold.ExecuteNonQueryAsync(Ct);

        var save = db.SaveChangesAsync(impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => save);

        Assert.Contains(CacheKeys.Author(author.Id), _told[0].Keys);
    }

    [Fact]
    public async Task A_commit_that_the_server_refuses_is_not_told()
    {
        await using var db = new PlatformDbContext(Options(_database.Owner));
        await using var transaction = await db.Database.BeginTransactionAsync(Ct);
        db.ChangesInTransaction().AddRows("catalog.books", "id", [Guid.CreateVersion7()]);
        // Checked at the commit, which then fails.
        await db.Database.ExecuteSqlRawAsync("CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO late VALUES (1), (1)", Ct);

        await Assert.ThrowsAsync<PostgresException>(() => transaction.CommitAsync(Ct));

        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_pooled_context_takes_nothing_over_from_its_last_use()
    {
        var options = Options(_database.App);
        var pool = new PooledDbContextFactory<PlatformDbContext>(options, poolSize: 1);
        DbContext first;
        await using (var db = await pool.CreateDbContextAsync(Ct))
        {
            first = db;
            await db.Database.BeginTransactionAsync(Ct);
            db.Add(NewAuthor());
            await db.SaveChangesAsync(Ct);
            db.ChangesInTransaction().AddRows("catalog.books", "id", [Guid.CreateVersion7()]);
        }

        var kept = NewAuthor();
        await using (var db = await pool.CreateDbContextAsync(Ct))
        {
            Assert.Same(first, db);
            db.Add(kept);
            await db.SaveChangesAsync(Ct);
        }

        Assert.Equal([CacheKeys.Author(kept.Id)], Assert.Single(_told).Keys);
    }

    [Fact]
    public async Task A_number_that_a_book_gives_up_is_told_with_the_one_it_gets()
    {
        await using var db = Open();
        var (before, after) = (Number(), Number());
        var book = NewBook(before);
        db.Add(book);
        await db.SaveChangesAsync(Ct);
        _told.Clear();

        book.Identifiers[0].Value = after;
        await db.SaveChangesAsync(Ct);
        book.Identifiers.Clear();
        await db.SaveChangesAsync(Ct);

        Assert.Equal(new[] { CacheKeys.Book(book.Id), CacheKeys.Isbn(before), CacheKeys.Isbn(after) }.ToHashSet(), _told[0].Keys.ToHashSet());
        Assert.Equal(new[] { CacheKeys.Book(book.Id), CacheKeys.Isbn(after) }.ToHashSet(), _told[1].Keys.ToHashSet());
    }

    [Fact]
    public async Task A_save_without_changes_tells_nothing()
    {
        await using var db = Open();
        await db.SaveChangesAsync(Ct);

        Assert.Empty(_told);
    }

    [Fact]
    public async Task Statements_of_ones_own_need_a_transaction_to_be_told_with()
    {
        await using var db = Open();

        Assert.Throws<InvalidOperationException>(() => db.ChangesInTransaction());
    }

    private async Task ToldAgainAndAgainAsync(CacheKey key)
    {
        Assert.Contains(key, Assert.Single(_told).Keys);
        foreach (var (seconds, times) in new[] { (1, 2), (5, 3), (30, 4) })
        {
            await Eventually.HoldsAsync(() => Task.FromResult(_clock.HasTimer), "the repetition waits");
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            await Eventually.HoldsAsync(() => Task.FromResult(_told.Count == times), $"told {times} times");
        }
    }

    private static async Task SaveAsync(DbContext db, bool sync)
    {
        if (sync)
        {
#pragma warning disable CA1849 // the synchronous path is what is tested
            db.SaveChanges();
#pragma warning restore CA1849
        }
        else
        {
            await db.SaveChangesAsync(Ct);
        }
    }

    private static Author NewAuthor() => new() { Id = Guid.CreateVersion7(), Name = "Jane Austen" };

    private static Book NewBook(string isbn13)
    {
        var book = new Book { Id = Guid.CreateVersion7(), Title = "Emma" };
        book.Identifiers.Add(new BookIdentifier { BookId = book.Id, Scheme = "isbn13", Value = isbn13 });
        return book;
    }

    private static string Number() => Guid.CreateVersion7().ToString("N")[^13..];

    private PlatformDbContext Open() => new(Options(_database.App));

    private PlatformDbContext OpenThroughProxy()
    {
        (_proxy, var address) = TcpProxy.Before(_database.App);
        return new PlatformDbContext(Options(address));
    }

    private DbContextOptions<PlatformDbContext> Options(string connectionString)
    {
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        options.UseNpgsql(connectionString).AddInterceptors(new CacheInvalidationInterceptor(new CacheInvalidation(RecordAsync, _clock)));
        return options.Options;
    }

    private async ValueTask RecordAsync(CacheChanges changes, SeenCommits? seen)
    {
        _told.Add(changes);
        await _onTold();
    }
}
