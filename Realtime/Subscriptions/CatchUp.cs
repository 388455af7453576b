using System.Diagnostics.CodeAnalysis;
using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>Events of the past, as <see cref="ChangeLog.ReadAsync"/> reads them.</summary>
internal delegate Task<ChangePage> ReadHistory(ChangePosition after, ChangePosition upTo, int max, CancellationToken cancellationToken);

/// <summary>Reads the past for those who are behind further than memory reaches: once for all of them, page by page.</summary>
/// <remarks>
/// Pages are read from where the last and where the first of them stand, in turn: who is nearly there is not kept waiting by
/// who is days behind. As long as Redis does not answer they stay where they are, and nothing is lost.
/// </remarks>
internal sealed class CatchUp(Fanout fanout, ReadHistory read, RealtimeTelemetry telemetry, TimeProvider clock, ILogger<CatchUp> logger) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan RetriesAfter = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc />
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is tried again.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        List<Subscription> behind = [];
        var isLastsTurn = false;
        var isFailing = false;
        while (true)
        {
            if (behind.Count == 0)
            {
                await fanout.Behind.WaitToReadAsync(stoppingToken);
            }

            while (fanout.Behind.TryRead(out var another))
            {
                behind.Add(another);
            }

            isLastsTurn = !isLastsTurn;
            var (epoch, cursor, from) = fanout.Place(behind, isLastsTurn);
            var progressed = false;
            try
            {
                var page = await read(from, cursor, PageSize, stoppingToken);
                progressed = page.UpTo > from || page.Floor > from;
                behind = fanout.TakePage(behind, from, page, epoch);
                isFailing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                telemetry.Failed(FailureReason.History);
                if (!isFailing)
                {
                    logger.HistoryIsAway(e);
                }

                isFailing = true;
            }

            if (!progressed)
            {
                await Task.Delay(RetriesAfter, clock, stoppingToken);
            }
        }
    }
}
