using System.Diagnostics.CodeAnalysis;

namespace Platform.Tests.Support;

/// <summary>Somebody who is told of changes by a realtime node of the running stack, and comes back when it goes.</summary>
internal sealed class StackListener(Uri node)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is to end.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is: the node may be down on purpose.")]
    public async Task ListenAsync(CancellationToken ending)
    {
        using var client = new HttpClient { BaseAddress = node, Timeout = Timeout.InfiniteTimeSpan };
        using var timer = new PeriodicTimer(Patience);
        do
        {
            try
            {
                // Somebody whose token is no good, and somebody who was told by another database: a gap.
                (await client.GetAsync("/changes?topics=catalog&access_token=nonsense", ending)).Dispose();
                (await client.GetAsync("/changes?topics=catalog&after=fff999:5-1", HttpCompletionOption.ResponseHeadersRead, ending)).Dispose();
                using var reader = new StreamReader(await client.GetStreamAsync("/changes?topics=catalog,trending", ending));
                while (await reader.ReadLineAsync(ending) is not null)
                {
                }
            }
            catch (Exception) when (!ending.IsCancellationRequested)
            {
            }
        }
        while (await timer.WaitForNextTickAsync(ending));
    }
}
