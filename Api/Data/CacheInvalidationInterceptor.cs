using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Platform.CacheMap;

namespace Platform.Api.Data;

/// <summary>
/// Gathers what a context saves and tells the cache once that is committed: before it, a reader would fill the cache with
/// what was. A rollback tells nothing; a commit whose outcome is unknown counts as done.
/// </summary>
/// <remarks>
/// What a savepoint took back, or a save that failed inside a larger transaction, is told with the rest: one load too many
/// does no harm.
/// </remarks>
internal sealed class CacheInvalidationInterceptor(CacheInvalidation invalidation) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Gather(Context(eventData));
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Gather(Context(eventData));
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Wait(SavedAsync(Context(eventData)));
        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await SavedAsync(Context(eventData));
        return result;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => Wait(SaveFailedAsync(Context(eventData), eventData.Exception));

    public override async Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default) =>
        await SaveFailedAsync(Context(eventData), eventData.Exception);

    public override void SaveChangesCanceled(DbContextEventData eventData) => Wait(SaveFailedAsync(Context(eventData), cause: null));

    public override async Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default) =>
        await SaveFailedAsync(Context(eventData), cause: null);

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Wait(CommittedAsync(eventData));

    public async Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        await CommittedAsync(eventData);

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Wait(TransactionFailedAsync(eventData));

    public async Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) =>
        await TransactionFailedAsync(eventData);

    private static void Gather(PlatformDbContext db)
    {
        var changes = db.ChangesToSave();
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted) || entry.Metadata.GetTableName() is not { } table)
            {
                continue;
            }

            var store = StoreObjectIdentifier.Table(table, entry.Metadata.GetSchema());
            var name = $"{store.Schema ?? "public"}.{store.Name}";
            if (entry.State != EntityState.Added)
            {
                changes.AddRow(name, Columns(entry.Metadata, store, entry.OriginalValues));
            }

            if (entry.State != EntityState.Deleted)
            {
                changes.AddRow(name, Columns(entry.Metadata, store, entry.CurrentValues));
            }
        }
    }

    private static Func<string, object?> Columns(IEntityType type, StoreObjectIdentifier store, PropertyValues values) =>
        column => type.GetProperties().FirstOrDefault(property => property.GetColumnName(store) == column) is { } property ? values[property] : null;

    // Inside a larger transaction it is the commit's to tell.
    private ValueTask SavedAsync(PlatformDbContext db) =>
        db.Database.CurrentTransaction is null ? CommittedAsync(db, db.TakeChanges(transaction: null)) : ValueTask.CompletedTask;

    private ValueTask SaveFailedAsync(PlatformDbContext db, Exception? cause) =>
        db.Database.CurrentTransaction is null ? invalidation.FailedAsync(db.TakeChanges(transaction: null), cause) : ValueTask.CompletedTask;

    private ValueTask CommittedAsync(TransactionEndEventData eventData) => CommittedAsync(Context(eventData), Context(eventData).TakeChanges(eventData.TransactionId));

    private async ValueTask CommittedAsync(PlatformDbContext db, CacheChanges changes)
    {
        if (!changes.IsEmpty)
        {
            await invalidation.CommittedAsync(changes, await CommitSnapshot.ReadAsync(db.Database));
        }
    }

    // A rollback that fails has lost its connection, and the server rolls back.
    private ValueTask TransactionFailedAsync(TransactionErrorEventData eventData) =>
        eventData.Action == "Commit"
            ? invalidation.FailedAsync(Context(eventData).TakeChanges(eventData.TransactionId), eventData.Exception)
            : ValueTask.CompletedTask;

    private static PlatformDbContext Context(DbContextEventData eventData) => (PlatformDbContext)eventData.Context!;

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();
}
