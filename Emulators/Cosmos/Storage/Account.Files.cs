using System.Buffers;
using System.Globalization;

namespace Platform.Emulators.Cosmos.Storage;

// On the disk: snapshot-n, all that there was when journal-n began, and the journals from n on. A snapshot is written
// beside the journal that goes on, and counts once it is renamed; only then are older files removed. A crash at any point
// leaves a snapshot and all journals after it, or no snapshot and all journals.
internal sealed partial class Account
{
    private const long LeastToCompact = 64 << 20;
    private int _number = 1;

    private string JournalOf(int number) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"journal-{number:D6}"));

    private string SnapshotOf(int number) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"snapshot-{number:D6}"));

    private Journal Load()
    {
        var snapshot = Numbers("snapshot-").DefaultIfEmpty(0).Max();
        if (snapshot > 0)
            Replay(SnapshotOf(snapshot), isLast: false);
        var journals = Numbers("journal-").Where(number => number >= snapshot).Order().ToList();
        foreach (var number in journals)
            Replay(JournalOf(number), isLast: number == journals[^1]);
        _number = journals.Count > 0 ? journals[^1] : Math.Max(1, snapshot);
        RemoveBefore(snapshot);
        return new Journal(JournalOf(_number));
    }

    private void Replay(string path, bool isLast)
    {
        foreach (var change in Journal.Read(path, isLast).SelectMany(Change.Read))
        {
            // An item of a container that was removed later in the snapshot's time is nobody's.
            if (change is not (Change.PutItem or Change.DeleteItem) || HasContainer(change))
                Apply(change);
        }
    }

    private bool HasContainer(Change change)
    {
        var (database, container) = change is Change.PutItem put ? (put.Database, put.Container) : change is Change.DeleteItem delete ? (delete.Database, delete.Container) : default;
        return _databases.Values.Any(one => one.Number == database && one.Containers.Exists(child => child.Number == container));
    }

    /// <summary>Removes what has expired, and writes the files anew when most of what is in them is of the past.</summary>
    internal async Task UpkeepAsync()
    {
        foreach (var container in Databases.SelectMany(database => database.Containers).Where(container => container.Definition.DefaultTtl is not null))
            await SweepAsync(container);
        var present = Databases.SelectMany(database => database.Containers).Sum(container => container.Bytes);
        if (_journal.Length > LeastToCompact && _journal.Length > 2 * present)
            await CompactAsync();
    }

    internal async Task CompactAsync()
    {
        int number;
        List<(Container Container, ReadOnlyMemory<Item> Versions, long Lsn)> state;
        List<Change> definitions = [];
        lock (_changing)
        {
            // All that is in memory is in the journals up to here, and on the disk before anything comes into the next.
            number = ++_number;
            _journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _journal = new Journal(JournalOf(number));
            definitions.Add(new Change.Counters(_lastDatabase, _lastContainer));
            foreach (var database in Databases)
            {
                definitions.Add(new Change.PutDatabase(database.Number, database.Id));
                definitions.AddRange(database.Containers.Select(one => new Change.PutContainer(one.Database, one.Number, one.Lsn, one.ModifiedAt, one.Definition.Json)));
            }

            state = [.. Databases.SelectMany(database => database.Containers).Select(one => (one, one.Versions(null), one.Lsn))];
        }

        await Task.Run(() => WriteSnapshot(SnapshotOf(number), definitions, state));
        RemoveBefore(number);
    }

    private static void WriteSnapshot(string path, List<Change> definitions, List<(Container Container, ReadOnlyMemory<Item> Versions, long Lsn)> state)
    {
        const int FlushAt = 1 << 20;
        var unfinished = path + ".unfinished";
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var buffer = new ArrayBufferWriter<byte>(2 * FlushAt);
            Journal.Write(buffer, Change.Write(definitions));
            foreach (var (container, versions, lsn) in state)
            {
                foreach (var item in versions.ToArray())
                {
                    if (item.EndLsn <= lsn)
                        continue;
                    Journal.Write(buffer, Change.Write([new Change.PutItem(
                        container.Database, container.Number, item.Lsn, item.Number, item.ModifiedAt, item.ExpiresAt, item.Partition, item.Id, item.Json)]));
                    if (buffer.WrittenCount < FlushAt)
                        continue;
                    file.Write(buffer.WrittenSpan);
                    buffer.ResetWrittenCount();
                }
            }

            file.Write(buffer.WrittenSpan);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private async Task SweepAsync(Container container)
    {
        var now = Now;
        var expired = container.Versions(null).ToArray().Where(item => item.EndLsn == long.MaxValue && item.ExpiresAt <= now).Take(1_000).ToList();
        if (expired.Count == 0)
            return;
        await ChangeAsync(container, writer =>
        {
            foreach (var item in expired)
                writer.RemoveExpired(item);
            return true;
        });
    }

    private void RemoveBefore(int number)
    {
        foreach (var path in Directory.EnumerateFiles(_folder, "*.unfinished")
            .Concat(Numbers("snapshot-").Where(one => one < number).Select(SnapshotOf))
            .Concat(Numbers("journal-").Where(one => one < number).Select(JournalOf)).ToList())
        {
            File.Delete(path);
        }
    }

    private IEnumerable<int> Numbers(string prefix) =>
        from path in Directory.EnumerateFiles(_folder, prefix + "*")
        let name = Path.GetFileName(path)[prefix.Length..]
        where name.All(char.IsAsciiDigit)
        select int.Parse(name, CultureInfo.InvariantCulture);
}
