using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Platform.Caching;

/// <summary>Counts of seldom events, by their reason. Each reason is exported from the start, at zero.</summary>
internal sealed class ReasonCounters<TReason> where TReason : struct, Enum
{
    private static readonly TReason[] Reasons = Enum.GetValues<TReason>();
    private static readonly KeyValuePair<string, object?>[] Tags =
        [.. Reasons.Select(reason => new KeyValuePair<string, object?>("reason", JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString())))];
    private readonly long[] _counts = new long[Reasons.Length];

    public long this[TReason reason] => Volatile.Read(ref _counts[Array.IndexOf(Reasons, reason)]);

    public void Increment(TReason reason) => Interlocked.Increment(ref _counts[Array.IndexOf(Reasons, reason)]);

    public IEnumerable<Measurement<long>> Observe()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            yield return new Measurement<long>(Volatile.Read(ref _counts[i]), Tags[i]);
        }
    }
}
