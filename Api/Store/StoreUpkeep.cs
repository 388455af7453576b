using System.Diagnostics;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Store.Carts;
using Platform.Api.Store.Orders;

namespace Platform.Api.Store;

/// <summary>
/// What the store needs that nobody asks for: orders that are not paid in time give their copies back, payments without an
/// answer are asked for again, answers kept under an <c>Idempotency-Key</c> and carts that nobody came back to go when they are
/// old. Every process of the Api does it.
/// </summary>
internal sealed partial class StoreUpkeep(
    IServiceScopeFactory scopes, Payments payments, OrderTelemetry telemetry, TimeProvider clock, ILogger<StoreUpkeep> logger) : BackgroundService
{
    private const int BatchSize = 100;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RepeatAsync("reservations", TimeSpan.FromSeconds(1), ExpireAsync, stoppingToken),
        RepeatAsync("payments", TimeSpan.FromSeconds(5),
            async (db, token) => await payments.AskForOpenAsync(db, BatchSize, token) == BatchSize, stoppingToken),
        RepeatAsync("answers", TimeSpan.FromMinutes(1),
            async (db, token) => await Idempotency.DeleteOldAsync(db, clock.GetUtcNow(), BatchSize, token) == BatchSize, stoppingToken),
        RepeatAsync("carts", TimeSpan.FromMinutes(10),
            async (db, token) => await CartExpiry.ExpireAsync(db, clock.GetUtcNow(), BatchSize, token) == BatchSize, stoppingToken));

    private async Task<bool> ExpireAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        var expired = await Reservations.ExpireAsync(db, clock.GetStorableNow(), BatchSize, cancellationToken);
        telemetry.Expired(expired);
        return expired == BatchSize;
    }

    // The work says whether there is more of it to do at once.
    private async Task RepeatAsync(string what, TimeSpan pause, Func<PlatformDbContext, CancellationToken, Task<bool>> work, CancellationToken stoppingToken)
    {
        var next = pause;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(next, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                // Not recorded, and so neither is what happens below it: a trace a second that nothing happened helps nobody.
                using var untraced = new Activity($"store.{what}").Start();
                await using var scope = scopes.CreateAsyncScope();
                next = await work(scope.ServiceProvider.GetRequiredService<PlatformDbContext>(), stoppingToken) ? TimeSpan.Zero : pause;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                next = TimeSpan.FromTicks(Math.Min(Math.Max(next.Ticks, pause.Ticks) * 2, Math.Max(LongestPause.Ticks, pause.Ticks)));
                Failed(logger, what, next.TotalSeconds, error);
            }
        }
    }

    // Warning: it is done later.
    [LoggerMessage(EventId = 2312, Level = LogLevel.Warning, Message = "The upkeep of {What} failed; next try in {Seconds} s")]
    private static partial void Failed(ILogger logger, string what, double seconds, Exception cause);
}
