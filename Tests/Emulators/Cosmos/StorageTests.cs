using System.Text;
using Platform.Emulators.Cosmos.Items;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Tests.Emulators.Cosmos;

/// <summary>What the emulator's files hold after a crash, at whatever point.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cosmos-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_of_it_is_there_again()
    {
        await using (var account = Account.Open(_folder))
        {
            var container = await MakeAsync(account);
            await PutAsync(account, container, "a", 1);
            await PutAsync(account, container, "b", 2);
            await PutAsync(account, container, "a", 3);
            await DeleteAsync(account, container, "b");
            await account.CreateContainerAsync("lab", Definition("gone"));
            await account.DeleteContainerAsync("lab", "gone");
        }

        await using var again = Account.Open(_folder);
        Assert.Equal(["a=3"], Items(again));
        Assert.Equal(["c"], again.Database("lab").Containers.Select(container => container.Definition.Id));
        // Neither a number nor a resource id is given twice.
        var next = await again.CreateContainerAsync("lab", Definition("next"));
        Assert.Equal(3u, next.Number);
        Assert.Equal(5, await PutAsync(again, again.Container("lab", "c"), "z", 1) - Container.FirstLsn(1));
    }

    [Fact]
    public async Task A_torn_end_is_cut_off_wherever_it_is_torn()
    {
        byte[] whole;
        await using (var account = Account.Open(_folder))
        {
            var container = await MakeAsync(account);
            await PutAsync(account, container, "a", 1);
            await PutAsync(account, container, "b", 2);
        }

        whole = await File.ReadAllBytesAsync(JournalPath, TestContext.Current.CancellationToken);
        for (var length = whole.Length - 1; length > whole.Length - 60; length--)
        {
            await File.WriteAllBytesAsync(JournalPath, whole[..length], TestContext.Current.CancellationToken);
            await using (var account = Account.Open(_folder))
            {
                Assert.Equal(["a=1"], Items(account));
                await PutAsync(account, account.Container("lab", "c"), "c", 3);
            }

            await using var again = Account.Open(_folder);
            Assert.Equal(["a=1", "c=3"], Items(again));
        }
    }

    [Fact]
    public async Task Damage_before_the_end_is_not_passed_over()
    {
        await using (var account = Account.Open(_folder))
        {
            var container = await MakeAsync(account);
            await PutAsync(account, container, "a", 1);
            await account.CompactAsync();
            await PutAsync(account, container, "b", 2);
        }

        var snapshot = Directory.EnumerateFiles(_folder, "snapshot-*").Single();
        var bytes = await File.ReadAllBytesAsync(snapshot, TestContext.Current.CancellationToken);
        bytes[^5] ^= 1;
        await File.WriteAllBytesAsync(snapshot, bytes, TestContext.Current.CancellationToken);

        var error = Assert.Throws<InvalidDataException>(() => Account.Open(_folder));
        Assert.Contains(snapshot, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_written_anew_hold_the_same_at_each_step()
    {
        await using (var account = Account.Open(_folder))
        {
            var container = await MakeAsync(account);
            for (var n = 0; n < 100; n++)
                await PutAsync(account, container, $"i{n % 10}", n);
        }

        // A crash after the new journal was begun, and before the snapshot counts.
        var before = await File.ReadAllBytesAsync(JournalPath, TestContext.Current.CancellationToken);
        await using (var account = Account.Open(_folder))
            await account.CompactAsync();
        Assert.False(File.Exists(JournalPath));
        var snapshot = Directory.EnumerateFiles(_folder, "snapshot-*").Single();
        await using (var account = Account.Open(_folder))
            await PutAsync(account, account.Container("lab", "c"), "late", 7);
        await using (var account = Account.Open(_folder))
            Assert.Equal(11, Items(account).Count);
        File.Move(snapshot, snapshot + ".unfinished");
        await File.WriteAllBytesAsync(JournalPath, before, TestContext.Current.CancellationToken);

        await using var again = Account.Open(_folder);
        Assert.Equal(11, Items(again).Count);
        Assert.Contains("late=7", Items(again));
        Assert.False(File.Exists(snapshot + ".unfinished"));
    }

    [Fact]
    public async Task Who_reads_sees_one_moment_however_much_is_written_meanwhile()
    {
        await using var account = Account.Open(_folder);
        var container = await MakeAsync(account);
        for (var n = 0; n < 200; n++)
            await PutAsync(account, container, $"i{n}", n);

        var state = await account.ReadAsync(container, partition: null);
        using var items = state.Items().GetEnumerator();
        Assert.True(items.MoveNext());
        for (var n = 0; n < 1_000; n++)
            await PutAsync(account, container, $"i{n % 400}", -1);
        await DeleteAsync(account, container, "i5");

        var seen = 1;
        while (items.MoveNext())
            seen++;
        Assert.Equal(200, seen);
        Assert.Equal(399, Items(account).Count);
    }

    private string JournalPath => Path.Combine(_folder, "journal-000001");

    private static async Task<Container> MakeAsync(Account account)
    {
        await account.CreateDatabaseAsync("lab");
        return await account.CreateContainerAsync("lab", Definition("c"));
    }

    private static ContainerDefinition Definition(string id) =>
        ContainerDefinition.Parse(Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","partitionKey":{"paths":["/tenant"],"kind":"Hash"} }"""));

    private static Task<long> PutAsync(Account account, Container container, string id, int n) => account.ChangeAsync(container, writer =>
    {
        var body = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","tenant":"t","n":{{n}} }""");
        Assert.True(ItemOperations.Do(writer, container, new ItemOperation(ItemOperationKind.Upsert, null, null, body)).IsSuccess);
        return writer.Find(new Platform.Emulators.Cosmos.Storage.PartitionKey("\"t"), id)!.Lsn;
    });

    private static Task<ItemResult> DeleteAsync(Account account, Container container, string id) => account.ChangeAsync(container, writer =>
        ItemOperations.Do(writer, container, new ItemOperation(ItemOperationKind.Delete, new Platform.Emulators.Cosmos.Storage.PartitionKey("\"t"), id, default)));

    private static List<string> Items(Account account)
    {
        var container = account.Container("lab", "c");
        return [.. container.Versions(null).ToArray().Where(item => item.EndLsn == long.MaxValue)
            .Select(item => $"{item.Id}={System.Text.Json.JsonDocument.Parse(item.Json).RootElement.GetProperty("n")}").Order(StringComparer.Ordinal)];
    }
}
