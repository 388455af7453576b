using System.Globalization;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime;

/// <summary>The official JavaScript client in a browser whose network goes away and comes back.</summary>
public sealed class JavaScriptClientTests(Stack stack) : IAsyncLifetime
{
    private PublishedLog _log = null!;

    public async ValueTask InitializeAsync() => _log = await PublishedLog.CreateAsync(stack);

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task It_is_told_all_of_it_once_and_in_order_when_its_network_was_away()
    {
        await using var page = await JavaScriptPage.StartAsync();
        var node = await _log.StartNodeAsync(("Cors:Origins", page.Origin));
        await using var network = TcpProxy.BeforeAddress(node.Address.Authority);
        var book = Guid.CreateVersion7();
        await _log.Database.ExecuteAsync("INSERT INTO catalog.books (id, title, publisher, ratings_count, created_at, updated_at) VALUES ($1, 'Middlemarch', '0', 0, now(), now())", book);
        await _log.CaughtUpAsync();

        using var browser = await Browser.OpenAsync(page.Address(new Uri($"http://127.0.0.1:{network.Port}/hubs/changes"), $"books/{book}"));
        await SaysAsync(page, "subscribed");
        await ChangeAsync(book, 1, 5);
        await ToldAsync(page, 5);
        network.Cut();
        await SaysAsync(page, "lost");
        await ChangeAsync(book, 6, 30);
        network.Restore();
        await SaysAsync(page, "back");
        await ChangeAsync(book, 31, 35);
        await ToldAsync(page, 35);

        Assert.Equal(Enumerable.Range(1, 35).Select(n => n.ToString(CultureInfo.InvariantCulture)), page.Changes.Select(change => change.Publisher));
        Assert.Equal(35, page.Changes.Select(change => change.Id).Distinct().Count());
        Assert.Empty(page.Of("gap"));
    }

    private async Task ChangeAsync(Guid book, int first, int last)
    {
        for (var n = first; n <= last; n++)
        {
            await _log.Database.ExecuteAsync("UPDATE catalog.books SET publisher = $2 WHERE id = $1", book, n.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static Task SaysAsync(JavaScriptPage page, string what) => Eventually.HoldsAsync(() =>
    {
        Assert.True(!page.Of("failed").Any(), $"The page failed: {page.Of("failed").FirstOrDefault()}");
        return Task.FromResult(page.Of(what).Any());
    }, $"the page says: {what}", TimeSpan.FromMinutes(1));

    private static Task ToldAsync(JavaScriptPage page, int count) =>
        Eventually.HoldsAsync(() => Task.FromResult(page.Changes.Count >= count), string.Create(CultureInfo.InvariantCulture, $"the page has been told of {count} changes"));
}
