namespace Platform.Caching.Memory;

// Who gives room. The family most above its floor gives first, and none is taken below its floor by another. When all that
// remains above the floors is too coarse to take (few, big entries), the family that wants room gives its own.
internal sealed partial class MemoryLevel
{
    private long _rounds;

    /// <summary>Drops entries until <paramref name="entry"/> fits in place of <paramref name="old"/>, which may be among them.</summary>
    private bool MakeRoom(MemoryEntry entry, ref MemoryEntry? old)
    {
        while (_bytes + entry.Bytes - (old?.Bytes ?? 0) > capacityBytes)
        {
            if (Victim() is not { } victim && (victim = entry.Family.Candidate()) is null)
                return false;
            Drop(victim);
            victim.Family.CountEviction();
            if (ReferenceEquals(victim, old))
                old = null;
        }

        return true;
    }

    /// <summary>An entry that its family can spare; null when none can be had without going below a floor.</summary>
    private MemoryEntry? Victim()
    {
        _rounds++;
        while (MostAboveFloor() is { } family)
        {
            // Never null: a family above a floor has entries.
            if (family.Candidate() is { } candidate && candidate.Bytes <= family.AboveFloor)
                return candidate;
            family.PassedOverInRound = _rounds;
        }

        return null;
    }

    private MemoryFamily? MostAboveFloor()
    {
        MemoryFamily? most = null;
        foreach (var family in _families)
        {
            if (family.PassedOverInRound != _rounds && family.AboveFloor > (most?.AboveFloor ?? 0))
                most = family;
        }

        return most;
    }
}
