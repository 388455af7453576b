using System.Globalization;
using StackExchange.Redis;

namespace Platform.Caching.Redis;

/// <summary>What a node tells the others by the channel: an invalidation, a hello, the end of an epoch, or how far all has been told.</summary>
/// <param name="Epoch">Of the fence table when it was sent.</param>
/// <param name="Seq">Its number; the next message of the epoch has the next one. A position has that of the message before it.</param>
/// <param name="Kind"><c>i</c> invalidation, <c>h</c> hello, <c>e</c> all is invalidated, <c>w</c> a position of the source's log.</param>
/// <param name="Text">For a hello its nonce, for a position its history and itself.</param>
/// <param name="Slots">The slots that were invalidated.</param>
/// <param name="Keys">The keys that were invalidated, for the memory of whoever hears it.</param>
internal sealed record FenceMessage(long Epoch, long Seq, char Kind, string Text, int[] Slots, CacheKey[] Keys)
{
    internal const char All = 'e';
    internal const char Position = 'w';

    /// <summary>The commits that it covers, where whoever told it knew them.</summary>
    internal SeenCommits? Seen { get; private init; }

    /// <summary>What an invalidation says after what the script puts before it.</summary>
    internal static string Write(IReadOnlyCollection<int> slots, IReadOnlyCollection<CacheKey> keys, SeenCommits? seen = null) =>
        $"{string.Join(',', slots)}{(seen is null ? "" : $" {seen.Text}")}\n{string.Join('\n', keys)}";

    /// <returns>Null when it is none of ours.</returns>
    internal static FenceMessage? Read(RedisValue value)
    {
        var parts = ((string?)value)?.Split(' ', 4);
        if (parts is not [var epochText, var seqText, [var kind], var text]
            || !long.TryParse(epochText, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(seqText, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            return null;
        }

        if (kind != 'i')
        {
            return new FenceMessage(epoch, seq, kind, text, [], []) { Seen = kind == All && SeenCommits.TryParse(text, out var all) ? all : null };
        }

        var lines = text.Split('\n');
        var first = lines[0].Split(' ', 2);
        var slots = new List<int>();
        foreach (var slot in first[0].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(slot, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= FenceSlots.Count)
            {
                return null;
            }

            slots.Add(number);
        }

        return new FenceMessage(epoch, seq, kind, "", [.. slots], [.. lines.Skip(1).Where(key => key.Length > 0).Select(key => new CacheKey(key))])
        {
            Seen = first.Length == 2 && SeenCommits.TryParse(first[1], out var seen) ? seen : null,
        };
    }
}
