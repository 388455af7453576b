using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Catalog.Categories;

/// <summary>
/// Counts the books of categories anew when something changed, and spends at most a tenth of its time on it: a second
/// after the change in a small catalogue, after ten times as long as counting takes in a large one.
/// </summary>
internal sealed partial class CategoryCountWorker(IServiceScopeFactory scopes, TimeProvider time, ILogger<CategoryCountWorker> logger) : BackgroundService
{
    private const int IdleForEachBusy = 9;

    // "count" in ASCII: any number will do that nothing else in this database locks.
    private const long CountLock = 0x63_6F_75_6E_74;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestStatement = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            TimeSpan pause;
            try
            {
                await CountAsync(stoppingToken);
                pause = time.GetElapsedTime(started) * IdleForEachBusy;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                CountFailed(logger, AfterFailure.TotalSeconds, error);
                pause = AfterFailure;
            }

            await Task.Delay(pause > Shortest ? pause : Shortest, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CountAsync(CancellationToken cancellationToken)
    {
        // Not recorded, and so neither is what happens below it: a trace a second that nothing happened helps nobody.
        using var untraced = new Activity("categories.poll").Start();
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        if (!await db.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT FROM catalog.category_count_queue) AS \"Value\"").SingleAsync(cancellationToken))
        {
            return;
        }

        await using var transaction = await db.BeginLongAsync(LongestStatement, cancellationToken);
        if (!await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({CountLock}) AS \"Value\"").SingleAsync(cancellationToken))
        {
            return;
        }

        // Before the count, by a statement of its own: what is committed afterwards leaves a row of its own in the queue.
        await db.Database.ExecuteSqlAsync($"DELETE FROM catalog.category_count_queue", cancellationToken);
        var changed = await db.Database.SqlQuery<Guid>($"""
            INSERT INTO catalog.category_counts AS stored (category_id, books) SELECT category_id, books FROM catalog.count_books_by_category()
            ON CONFLICT (category_id) DO UPDATE SET books = excluded.books WHERE stored.books <> excluded.books
            RETURNING category_id AS "Value"
            """).ToListAsync(cancellationToken);
        db.ChangesInTransaction().AddRows("catalog.category_counts", "category_id", changed);
        await transaction.CommitAsync(cancellationToken);
    }

    // Warning: the counts that are stored go on being answered.
    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "The books of categories could not be counted; next try in {Seconds} s")]
    private static partial void CountFailed(ILogger logger, double seconds, Exception cause);
}
