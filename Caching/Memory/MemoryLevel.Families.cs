using System.Collections.Concurrent;

namespace Platform.Caching.Memory;

internal sealed partial class MemoryLevel
{
    private readonly ConcurrentDictionary<string, MemoryFamily> _byName = new(StringComparer.Ordinal);

    // Replaced as a whole when one is added, so that eviction and figures walk an array.
    private MemoryFamily[] _families = [];

    public IReadOnlyList<MemoryFamily> Families => Volatile.Read(ref _families);

    /// <summary>The family of a policy: one for each name, whose floor is that of the policy it was first asked for with.</summary>
    /// <remarks>
    /// A policy first seen while requests run cannot fail them: its floor gets what half of the memory still has to give.
    /// Those known at the start go through <see cref="RequireRoomForFloors"/>.
    /// </remarks>
    public MemoryFamily Family(CachePolicy policy) => _byName.TryGetValue(policy.Family, out var family) ? family : AddFamily(policy);

    /// <summary>Says no to floors that would leave too little for everything else.</summary>
    /// <exception cref="InvalidOperationException">They are more than half of the memory, or one is negative.</exception>
    public static void RequireRoomForFloors(long capacityBytes, IEnumerable<CachePolicy> policies)
    {
        var left = capacityBytes / 2;
        foreach (var policy in policies)
        {
            if (policy.MemoryFloor >= 0 && (left -= policy.MemoryFloor) >= 0)
                continue;
            throw new InvalidOperationException(
                $"The cache policy {policy.Family} cannot have a MemoryFloor of {policy.MemoryFloor} bytes: "
                + $"floors are not negative, and together at most half of Cache:MemoryBytes, which is {capacityBytes}.");
        }
    }

    private MemoryFamily AddFamily(CachePolicy policy)
    {
        lock (_changing)
        {
            if (_byName.TryGetValue(policy.Family, out var family))
                return family;
            var left = capacityBytes / 2 - _families.Sum(f => f.Floor);
            family = new MemoryFamily(policy.Family, Math.Clamp(policy.MemoryFloor, 0, left));
            Volatile.Write(ref _families, [.. _families, family]);
            return _byName[policy.Family] = family;
        }
    }
}
