namespace Platform.Tests.Caching.Memory;

/// <summary>
/// What a memory level should do, written for reading and not for speed: plain lists, every figure added up when it is asked for.
/// </summary>
internal sealed class SieveModel(long capacity, long entryOverhead)
{
    private readonly Dictionary<string, Family> _families = [];

    public IEnumerable<(string Key, bool Visited)> Held(string family) =>
        _families.TryGetValue(family, out var found) ? found.Entries.Select(entry => (entry.Key, entry.Visited)) : [];

    public long Evictions(string family) => _families[family].Evictions;

    public void AddFamily(string name, long floor) => _families.Add(name, new Family(name, floor));

    public bool Read(string key)
    {
        if (Find(key) is not { } entry)
            return false;
        entry.Visited = true;
        return true;
    }

    public bool Remove(string key)
    {
        if (Find(key) is not { } entry)
            return false;
        entry.Family.Remove(entry);
        return true;
    }

    public void RemoveExpired(long now)
    {
        foreach (var entry in _families.Values.SelectMany(family => family.Entries).Where(entry => entry.StaleUntil <= now).ToList())
            entry.Family.Remove(entry);
    }

    public void Clear() => RemoveExpired(long.MaxValue);

    public void Set(string key, int valueBytes, string family, long staleUntil)
    {
        var entry = new Entry(key, (valueBytes + 7) / 8 * 8 + entryOverhead, _families[family], staleUntil);
        if (entry.Bytes > capacity / 8 || !MakeRoom(entry))
        {
            Remove(key);
            return;
        }

        if (Find(key) is not { } old)
        {
            entry.Family.Entries.Add(entry);
        }
        else if (old.Family != entry.Family)
        {
            old.Family.Remove(old);
            entry.Family.Entries.Add(entry);
        }
        else
        {
            entry.Visited = true;
            entry.Family.Entries[entry.Family.Entries.IndexOf(old)] = entry;
        }
    }

    private bool MakeRoom(Entry entry)
    {
        while (_families.Values.Sum(family => family.Bytes) + entry.Bytes - (Find(entry.Key)?.Bytes ?? 0) > capacity)
        {
            // Families in the order of what they have above their floors; ties go to the one known longer, as sorting keeps order.
            var giving = _families.Values.Where(family => family.Bytes > family.Floor).OrderByDescending(family => family.Bytes - family.Floor)
                .FirstOrDefault(family => family.Bytes - family.Next()!.Bytes >= family.Floor) ?? entry.Family;
            if (giving.Next() is not { } victim)
                return false;
            giving.Remove(victim);
            giving.Evictions++;
        }

        return true;
    }

    private Entry? Find(string key) => _families.Values.SelectMany(family => family.Entries).SingleOrDefault(entry => entry.Key == key);

    private sealed class Entry(string key, long bytes, Family family, long staleUntil)
    {
        public string Key => key;

        public long Bytes => bytes;

        public Family Family => family;

        public long StaleUntil => staleUntil;

        public bool Visited { get; set; }
    }

    private sealed class Family(string name, long floor)
    {
        private int _hand;

        public List<Entry> Entries { get; } = []; // oldest first

        public long Floor => floor;

        public long Bytes => Entries.Sum(entry => entry.Bytes);

        public long Evictions { get; set; }

        public Entry? Next()
        {
            if (Entries.Count == 0)
                return null;
            for (_hand %= Entries.Count; Entries[_hand].Visited; _hand = (_hand + 1) % Entries.Count)
                Entries[_hand].Visited = false;
            return Entries[_hand];
        }

        public void Remove(Entry entry)
        {
            var at = Entries.IndexOf(entry);
            Entries.RemoveAt(at);
            if (at < _hand)
                _hand--;
            if (_hand == Entries.Count)
                _hand = 0;
        }

        public override string ToString() => name;
    }
}
