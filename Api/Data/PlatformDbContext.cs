using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Platform.Api.Catalog;
using Platform.Api.Catalog.Embeddings;
using Platform.Api.Identity;
using Platform.Api.Store;

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
    public DbSet<Review> Reviews => Set<Review>();

    /// <summary>What every connection to this model needs, at run time, at design time and in tests.</summary>
    internal static void Configure(DbContextOptionsBuilder options) => options
        .UseNpgsql(npgsql => npgsql.UseVector().MigrationsHistoryTable("migrations_history"))
        // These throw, and whoever catches says it once; here they would be a stack trace for each request of an outage.
        .ConfigureWarnings(warnings => warnings.Log(
            (CoreEventId.QueryIterationFailed, LogLevel.Debug),
            (CoreEventId.SaveChangesFailed, LogLevel.Debug),
            (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug),
            (RelationalEventId.ConnectionError, LogLevel.Debug),
            (RelationalEventId.TransactionError, LogLevel.Debug),
            (RelationalEventId.CommandError, LogLevel.Debug)));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Conventions.Add(_ => new SnakeCaseNames());

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PlatformDbContext).Assembly);

        // A capability knows another's rows by id alone; that the row exists is the database's business.
        modelBuilder.Entity<Review>().HasOne<Book>().WithMany().HasForeignKey(r => r.BookId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder.Entity<Review>().HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
