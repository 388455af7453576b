using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Store.Carts;

/// <summary>Clears away anonymous carts that nobody came back to. Any number of processes may run it.</summary>
internal sealed partial class CartExpiry(IServiceScopeFactory scopes, TimeProvider time, ILogger<CartExpiry> logger) : BackgroundService
{
    /// <summary>Carts deleted by one statement: few enough that their holders' writes do not wait for it.</summary>
    internal const int Batch = 500;

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ExpireAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                ExpiryFailed(logger, Every.TotalMinutes, error);
            }

            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Deletes all whose time is over, a batch at a time.</summary>
    /// <returns>How many there were.</returns>
    internal async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        // Not recorded: nobody asked for it.
        using var untraced = new Activity("carts.expire").Start();
        var (expired, batch) = (0, 0);
        do
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
            await using var transaction = await db.BeginAsync(RowScope.Staff, cancellationToken);
            var over = time.GetUtcNow() - CartCookie.Lifetime;
            // One that another process deletes is skipped. The time is asked for twice, so that a cart which its holder writes
            // to while this waits for the row stays.
            batch = await db.Database.ExecuteSqlAsync($"""
                DELETE FROM store.carts WHERE user_id IS NULL AND updated_at < {over}
                AND id IN (SELECT id FROM store.carts WHERE user_id IS NULL AND updated_at < {over} ORDER BY updated_at LIMIT {Batch})
                """, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            expired += batch;
        }
        while (batch == Batch);

        return expired;
    }

    // Warning: old carts wait for the next time, and harm nobody.
    [LoggerMessage(EventId = 2301, Level = LogLevel.Warning, Message = "Old carts could not be cleared away; next try in {Minutes} min")]
    private static partial void ExpiryFailed(ILogger logger, double minutes, Exception cause);
}
