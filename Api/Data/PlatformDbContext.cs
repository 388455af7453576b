using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Platform.Api.Catalog;
using Platform.Api.Catalog.Embeddings;
using Platform.Api.Identity;
using Platform.Api.Interactions;
using Platform.Api.Store.Carts;
using Platform.Api.Store.Inventory;
using Platform.Api.Store.Orders;
using Platform.Api.Store.Products;
using Platform.Api.Store.Reviews;
using Platform.CacheMap;

namespace Platform.Api.Data;

/// <summary>The platform database. Each capability maps its own entities beside them; here is only what joins them.</summary>
internal sealed class PlatformDbContext(DbContextOptions<PlatformDbContext> options) : DbContext(options)
{
    public DbSet<Book> Books => Set<Book>();
    public DbSet<Author> Authors => Set<Author>();
    public DbSet<Category> Categories => Set<Category>();
    public DbSet<BookAuthor> BookAuthors => Set<BookAuthor>();
    public DbSet<BookCategory> BookCategories => Set<BookCategory>();
    public DbSet<BookTranslation> BookTranslations => Set<BookTranslation>();
    public DbSet<BookIdentifier> BookIdentifiers => Set<BookIdentifier>();
    public DbSet<BookEmbedding> BookEmbeddings => Set<BookEmbedding>();
    public DbSet<User> Users => Set<User>();
    public DbSet<UserType> UserTypes => Set<UserType>();
    public DbSet<Role> Roles => Set<Role>();
    public DbSet<IdentityUserRole<Guid>> UserRoles => Set<IdentityUserRole<Guid>>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();
    public DbSet<Address> Addresses => Set<Address>();
    public DbSet<Product> Products => Set<Product>();
    public DbSet<ProductVariant> ProductVariants => Set<ProductVariant>();
    public DbSet<ProductImage> ProductImages => Set<ProductImage>();
    public DbSet<StockLevel> Inventory => Set<StockLevel>();
    public DbSet<StockMovement> StockMovements => Set<StockMovement>();
    public DbSet<Cart> Carts => Set<Cart>();
    public DbSet<CartItem> CartItems => Set<CartItem>();
    public DbSet<Order> Orders => Set<Order>();
    public DbSet<OrderItem> OrderItems => Set<OrderItem>();
    public DbSet<Payment> Payments => Set<Payment>();
    public DbSet<Review> Reviews => Set<Review>();
    public DbSet<ReviewDraft> ReviewDrafts => Set<ReviewDraft>();
    public DbSet<ReviewVote> ReviewVotes => Set<ReviewVote>();
    public DbSet<Interaction> Interactions => Set<Interaction>();
    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();

    /// <summary>The wait that its statements belong to; null when nobody waits.</summary>
    internal DatabaseWait? Wait { get; set; }

    /// <summary>
    /// Begins a transaction for work that nobody waits for: the service's connections otherwise cut statements off in time
    /// for a caller to get an answer.
    /// </summary>
    /// <param name="longest">For each statement.</param>
    /// <param name="cancellationToken">Stops the beginning.</param>
    internal async Task<IDbContextTransaction> BeginLongAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        Database.SetCommandTimeout(longest);
        var transaction = await Database.BeginTransactionAsync(cancellationToken);
        var milliseconds = longest.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        await Database.ExecuteSqlAsync($"SELECT set_config('statement_timeout', {milliseconds}, true)", cancellationToken);
        return transaction;
    }

    // A pooled context is used again, and a transaction that was neither committed nor rolled back says nothing: so what
    // was gathered counts for the transaction it was gathered in, and for no other.
    private CacheChanges _changes = new();
    private Guid? _changesOf;

    /// <summary>
    /// What the running transaction makes unread in the cache beyond what it saves: whoever writes by SQL,
    /// <c>ExecuteUpdate</c>, <c>ExecuteDelete</c> or COPY adds it here. It counts when the transaction is committed.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no transaction, so nothing would tell when the statement is done.</exception>
    internal CacheChanges ChangesInTransaction() => Database.CurrentTransaction is { } transaction
        ? ChangesOf(transaction.TransactionId)
        : throw new InvalidOperationException("What is written by SQL is written in a transaction: begin one first.");

    /// <summary>Where a save gathers its changes.</summary>
    internal CacheChanges ChangesToSave()
    {
        if (Database.CurrentTransaction is { } transaction)
        {
            return ChangesOf(transaction.TransactionId);
        }

        (_changes, _changesOf) = (new CacheChanges(), null);
        return _changes;
    }

    /// <summary>Hands over what was gathered, once.</summary>
    /// <param name="transaction">The transaction that ended; null for a save that was its own.</param>
    internal CacheChanges TakeChanges(Guid? transaction)
    {
        var taken = new CacheChanges();
        if (_changesOf == transaction)
        {
            (taken, _changes, _changesOf) = (_changes, taken, null);
        }

        return taken;
    }

    private CacheChanges ChangesOf(Guid transaction)
    {
        if (_changesOf != transaction)
        {
            (_changes, _changesOf) = (new CacheChanges(), transaction);
        }

        return _changes;
    }

    /// <summary>What every connection to this model needs, at run time, at design time and in tests.</summary>
    internal static void Configure(DbContextOptionsBuilder options) => options
        .UseNpgsql(npgsql => npgsql.UseVector().MigrationsHistoryTable("migrations_history").ConfigureDataSource(Name))
        // These throw, and whoever catches says it once; here they would be a stack trace for each request of an outage.
        .ConfigureWarnings(warnings => warnings.Log(
            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
            (CoreEventId.SaveChangesFailed, LogLevel.Debug),
            (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug),
            (RelationalEventId.ConnectionError, LogLevel.Debug),
            (RelationalEventId.TransactionError, LogLevel.Debug),
            (RelationalEventId.CommandError, LogLevel.Debug)));

    // What its pool is called in metrics, which would else quote the connection string.
    private static void Name(NpgsqlDataSourceBuilder source) => source.Name = "platform";

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Conventions.Add(_ => new SnakeCaseNames());

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PlatformDbContext).Assembly);

        // A capability knows another's rows by id alone; that the row exists is the database's business.
        modelBuilder.Entity<Review>().HasOne<Book>().WithMany().HasForeignKey(r => r.BookId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<Review>().HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<ReviewDraft>().HasOne<Book>().WithMany().HasForeignKey(d => d.BookId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<ReviewDraft>().HasOne<User>().WithMany().HasForeignKey(d => d.UserId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<ReviewVote>().HasOne<User>().WithMany().HasForeignKey(v => v.UserId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<Product>().HasOne<Book>().WithMany().HasForeignKey(p => p.BookId).OnDelete(DeleteBehavior.Restrict);
        modelBuilder.Entity<Product>().HasOne<Category>().WithMany().HasForeignKey(p => p.CategoryId).OnDelete(DeleteBehavior.SetNull);
        modelBuilder.Entity<Cart>().HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        // What was sold stays on the books when an account goes: whoever deletes it takes its name off them first (AccountDeletion).
        modelBuilder.Entity<Order>().HasOne<User>().WithMany().HasForeignKey(o => o.UserId).OnDelete(DeleteBehavior.Restrict);
        modelBuilder.Entity<Interaction>().HasOne<User>().WithMany().HasForeignKey(i => i.UserId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<IdempotencyRecord>().HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
