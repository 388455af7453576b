using NpgsqlTypes;
using Platform.CacheMap;
using Platform.Caching;
using Platform.ChangeStream;
using Platform.Realtime.Repair;
using Platform.Tests.Caching;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Repair;

/// <summary>When a change counts as told, and when it may be told: not before readers see it, however long it has been in the WAL.</summary>
public sealed class UntoldChangeTests(Stack stack) : IAsyncDisposable
{
    private const uint Xid = 103;
    private static readonly Guid Author = Guid.CreateVersion7();
    private static readonly ChangeTable Authors = new("catalog", "authors", [new ChangeColumn("id", "uuid", true), new ChangeColumn("name", "text", false)]);
    private static readonly ChangeStreamSession Session = new(1, "history", default, default);

    private readonly CacheNodes _nodes = new(stack);

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    // Another writer of the same row told before this commit was visible, at a position of the WAL that was past it.
    [Fact]
    public async Task What_was_told_before_readers_saw_the_change_does_not_count()
    {
        var (told, node) = await ListenAsync();
        var change = Updated();

        await TellAsync(node, told, "100:110:103");
        Assert.False(change.IsTold(told));

        await TellAsync(node, told, "100:111:");
        Assert.True(change.IsTold(told));
    }

    [Fact]
    public async Task A_change_that_readers_do_not_see_yet_is_not_repaired()
    {
        var (told, _) = await ListenAsync();
        var change = Updated();
        var repair = new CacheChanges();

        Assert.False(change.AddTo(repair, told, Seen("100:110:103")));
        Assert.True(repair.IsEmpty);

        Assert.True(change.AddTo(repair, told, Seen("104:110:")));
        Assert.Contains(CacheKeys.Author(Author), repair.Keys);
    }

    [Fact]
    public async Task Only_what_was_not_told_is_repaired()
    {
        var (told, node) = await ListenAsync();
        await node.InvalidateAsync([CacheKeys.Author(Author)], [CacheTags.Author(Author), CacheTags.Authors], Seen("104:110:"));
        await Eventually.HoldsAsync(() => Task.FromResult(told.Include(CacheTags.Authors, Xid)), "it is told");
        var repair = new CacheChanges();

        Updated().AddTo(repair, told, Seen("104:110:"));

        Assert.Empty(repair.Keys);
        Assert.Equal([CacheTags.Books], repair.Tags);
    }

    // Which transactions it was, nobody knows: all that had not ended then may be among them.
    [Fact]
    public async Task A_gap_is_told_at_once_and_again_when_all_that_had_not_ended_have()
    {
        var (told, node) = await ListenAsync();
        var gap = UntoldChange.Everything(Session, 0);
        var repair = new CacheChanges();

        Assert.True(gap.AddTo(repair, told, Seen("103:110:103")));
        Assert.True(repair.IsEverything);
        await node.InvalidateAllAsync(Seen("103:110:103"));
        await Eventually.HoldsAsync(() => Task.FromResult(told.Everything is not null), "it is told");
        Assert.False(gap.IsTold(told));
        Assert.False(gap.AddTo(repair, told, Seen("103:115:103")));

        Assert.True(gap.AddTo(repair, told, Seen("112:115:112")));
        await node.AttachedAsync(TestContext.Current.CancellationToken);
        await node.InvalidateAllAsync(Seen("112:115:112"));
        await Eventually.HoldsAsync(() => Task.FromResult(gap.IsTold(told)), "it is told again");
    }

    [Fact]
    public async Task What_nothing_cached_shows_is_told_already()
    {
        var (told, _) = await ListenAsync();
        var table = new ChangeTable("store", "inventory", [new ChangeColumn("variant_id", "uuid", true)]);
        var row = new ChangeRow(table, [new ChangeValue($"{Author}")]);

        Assert.True(Change(new Change(Id, table, ChangeOperation.Update, null, row)).IsTold(told));
        Assert.True(Change().IsTold(told));
    }

    [Fact]
    public async Task A_table_that_is_truncated_makes_everything_unread()
    {
        var (told, _) = await ListenAsync();
        var repair = new CacheChanges();

        Change(new Change(Id, Authors, ChangeOperation.Truncate, null, null)).AddTo(repair, told, Seen("104:110:"));

        Assert.True(repair.IsEverything);
    }

    private static EventId Id => new(new NpgsqlLogSequenceNumber(1000), 1);

    private static UntoldChange Updated() =>
        Change(new Change(Id, Authors, ChangeOperation.Update, null, new ChangeRow(Authors, [new ChangeValue($"{Author}"), new ChangeValue("George Eliot")])));

    private static UntoldChange Change(params Change[] changes) =>
        new(new ChangeBatch { Session = Session, Number = 1, Xid = Xid, CommitLsn = Id.CommitLsn, EndLsn = new(1050), Changes = changes }, changes, 0);

    private async Task<(ToldInvalidations Told, CacheManager Node)> ListenAsync()
    {
        var node = await _nodes.AddAsync();
        return (new ToldInvalidations(node, () => { }), node);
    }

    private static async Task TellAsync(CacheManager node, ToldInvalidations told, string seen)
    {
        var changes = new CacheChanges();
        changes.AddRow("catalog.authors", column => column == "id" ? Author : null);
        await changes.ApplyAsync(node, Seen(seen));
        await node.InvalidateAsync([new CacheKey(seen)], [], Seen(seen));
        await Eventually.HoldsAsync(() => Task.FromResult(told.Include(new CacheKey(seen), 1)), "it is told");
    }

    private static SeenCommits Seen(string text) => SeenCommits.TryParse(text, out var seen) ? seen : throw new FormatException(text);
}
