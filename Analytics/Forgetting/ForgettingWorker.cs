using System.Diagnostics.CodeAnalysis;

namespace Platform.Analytics.Forgetting;

/// <summary>Removes what there is of those who asked to be forgotten, until a query finds nothing any more.</summary>
/// <remarks>
/// Any number of instances may do it at once, and any can die: nothing is removed that another would need, and whoever is not
/// done is found again.
/// </remarks>
internal sealed class ForgettingWorker(ForgottenUsers users, PersonalTraces traces, ILogger<ForgettingWorker> logger, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(2);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again; the log says so.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasFailed = false;
        for (; ; await Task.Delay(LooksEvery, clock, stoppingToken).ConfigureAwait(false))
        {
            try
            {
                foreach (var user in await users.UnfinishedAsync(stoppingToken).ConfigureAwait(false))
                    await ForgetAsync(user, stoppingToken).ConfigureAwait(false);
                hasFailed = false;
            }
            catch (Microsoft.Azure.Cosmos.CosmosException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                // Nothing has been made yet.
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // It is tried many times; once is enough to say it.
                if (!hasFailed)
                    logger.NotForgotten(e.Message);
                hasFailed = true;
            }
        }
    }

    /// <summary>Does what can be done now.</summary>
    /// <returns>The receipt, as far as it goes; null when somebody else is at it.</returns>
    internal async Task<ForgottenUser?> ForgetAsync(ForgottenUser user, CancellationToken cancellationToken)
    {
        if (user.Found is null)
        {
            // Written down before it is removed: a crash in between does not make it less.
            var found = await traces.CountAsync(user.Id, cancellationToken).ConfigureAwait(false);
            if (await users.ChangeAsync(user with { Found = found }, cancellationToken).ConfigureAwait(false) is not { } begun)
                return null;
            user = begun;
        }

        await traces.RemoveAsync(user.Id, cancellationToken).ConfigureAwait(false);
        var left = await traces.CountAsync(user.Id, cancellationToken).ConfigureAwait(false);
        var done = await users.ChangeAsync(user with { Left = left, DoneAt = left == Traces.None ? clock.GetUtcNow() : null }, cancellationToken).ConfigureAwait(false);
        if (done is { DoneAt: not null, Found: { } all })
            logger.Forgotten(all.Events, all.Mentions, all.Parked, all.Histories, all.Orders, all.Vectors);
        return done;
    }
}
