using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Api.Store;

namespace Platform.Tests.Support;

/// <summary>
/// People in the running stack, until disposed: they browse, search, fill carts, order, pay and are told of changes; staff add
/// books, and copies of what sells out. A little of everything that is measured, several times a second. What fails is tried
/// again with the next round, so that it goes on through faults.
/// </summary>
internal sealed class StackTraffic : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);
    private static readonly string[] Searches = ["whale", "frankenstien", "love letters", "sea", "zzqqxxyy"];

    private readonly CancellationTokenSource _ending = new();
    private readonly StackVisitor _anybody;
    private readonly StackVisitor _buyer;
    private readonly StackVisitor _staff;
    private readonly Task[] _at;
    private string[] _books = [];
    private string[] _products = [];
    private string? _address;
    private string? _plenty;
    private int _rounds;

    private StackTraffic(DistributedApplication app, string adminPassword)
    {
        _anybody = new StackVisitor(app);
        _buyer = new StackVisitor(app, $"buyer-{Guid.CreateVersion7():N}@example.org", Accounts.Password);
        _staff = new StackVisitor(app, FirstAdministrator.UsualEmail, adminPassword);
        var listeners = new[] { "realtime", "realtime-2" }.Select(node => new StackListener(app.GetEndpoint(node)));
        _at = [RepeatAsync(), .. listeners.Select(listener => listener.ListenAsync(_ending.Token))];
    }

    /// <summary>How often everything was done.</summary>
    public int Rounds => Volatile.Read(ref _rounds);

    /// <summary>Begins. There are readers enough for a model to be learned from, too.</summary>
    /// <param name="app">The stack, started; what of it is not ready yet is asked again.</param>
    public static async Task<StackTraffic> StartAsync(DistributedApplication app)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await app.ResourceNotifications.WaitForResourceHealthyAsync("api", cancellationToken).WaitAsync(TimeSpan.FromMinutes(5), cancellationToken);
        await StackReaders.AddAsync((await app.GetConnectionStringAsync("platform", cancellationToken))!, cancellationToken);
        var password = app.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "admin-password");
        return new StackTraffic(app, (await password.GetValueAsync(cancellationToken))!);
    }

    /// <summary>Waits until everything was done so many times more.</summary>
    public Task GoesOnAsync(int rounds)
    {
        var until = Rounds + rounds;
        return Eventually.HoldsAsync(() => Task.FromResult(Rounds >= until), $"{rounds} more rounds of traffic", TimeSpan.FromMinutes(5));
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_at).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _anybody.Dispose();
        _buyer.Dispose();
        _staff.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is: the services may be down on purpose.")]
    private async Task RepeatAsync()
    {
        using var timer = new PeriodicTimer(Pace);
        do
        {
            foreach (var act in new[] { BrowseAsync, SearchAsync, ShopAsync, TellAsync, MendAsync })
            {
                try
                {
                    await act(_ending.Token);
                }
                catch (Exception) when (!_ending.IsCancellationRequested)
                {
                }
            }

            Interlocked.Increment(ref _rounds);
        }
        while (await timer.WaitForNextTickAsync(_ending.Token));
    }

    private async Task BrowseAsync(CancellationToken ending)
    {
        _books = Ids(await _anybody.ReadAsync("/api/v1/books?limit=20&sort=year", ending), _books);
        _products = Ids(await _anybody.ReadAsync("/api/v1/products?limit=20", ending), _products);
        await _anybody.ReadAsync($"/api/v1/books/{Of(_books)}", ending);
        await _anybody.ReadAsync($"/api/v1/products/{Of(_products)}", ending);
        await _anybody.ReadAsync($"/api/v1/books/{Guid.CreateVersion7()}", ending); // 404
        await _anybody.ReadAsync("/api/v1/books?limit=-1", ending); // 400
        await _anybody.ReadAsync("/api/v1/recommendations/trending", ending);
        await _anybody.ReadAsync($"/api/v1/recommendations/books/{Of(_books)}/similar", ending);
        await _buyer.ReadAsync("/api/v1/recommendations/me", ending);
    }

    private async Task SearchAsync(CancellationToken ending)
    {
        await _anybody.ReadAsync($"/api/v1/search?q={Searches[_rounds % Searches.Length]}&limit=5", ending);
        await _anybody.ReadAsync("/api/v1/search/suggest?q=fra", ending);
    }

    // Of what there is enough of one is ordered, and paid two times of three; of what there is one copy of, two, then one.
    private async Task ShopAsync(CancellationToken ending)
    {
        _address ??= (await _buyer.SendAsync(HttpMethod.Post, "/api/v1/users/me/addresses", AddressRequest.Example, ending))?["id"]!.GetValue<string>();
        _plenty ??= await AddProductAsync(100_000, ending);
        await _buyer.SendAsync(HttpMethod.Put, "/api/v1/cart", new { items = new[] { new { variantId = _plenty, quantity = 1 } } }, ending);
        if ((await OrderAsync(null, 0, ending))?["id"] is { } order)
        {
            await _buyer.SendAsync(HttpMethod.Post, $"/api/v1/orders/{order}/pay", new { method = _rounds % 3 == 2 ? "test-refused" : "test-works" }, ending);
            if (_rounds % 4 == 1)
                await _staff.SendAsync(HttpMethod.Post, $"/api/v1/orders/{order}/refund", null, ending);
        }

        if (_rounds % 10 == 0)
        {
            var last = await AddProductAsync(1, ending);
            await OrderAsync(last, 2, ending);
            await OrderAsync(last, 1, ending);
        }
    }

    private Task<JsonNode?> OrderAsync(string? variant, int quantity, CancellationToken ending) => _buyer.SendAsync(HttpMethod.Post, "/api/v1/orders",
        variant is null ? new { addressId = _address } : new { addressId = _address, items = new[] { new { variantId = variant, quantity } } }, ending, Guid.CreateVersion7().ToString());

    private async Task<string> AddProductAsync(int copies, CancellationToken ending)
    {
        var book = (await _staff.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "The Whale, retold" }, ending))!["id"]!.GetValue<Guid>();
        var product = (await _staff.SendAsync(HttpMethod.Post, "/api/v1/products", Shop.Product(book, slug: $"whale-{Guid.CreateVersion7():N}"), ending))!;
        await _staff.SendAsync(HttpMethod.Post, $"/api/v1/variants/{product.Variant()}/stock/movements", new { quantity = copies, kind = "receipt" }, ending);
        return product.Variant();
    }

    private async Task TellAsync(CancellationToken ending)
    {
        var (seen, found) = (new { id = Guid.CreateVersion7(), kind = "view", bookId = Of(_books) }, new { id = Guid.CreateVersion7(), kind = "search-click", bookId = Of(_books) });
        await _anybody.SendAsync(HttpMethod.Post, "/api/v1/interactions", new { interactions = new[] { seen } }, ending);
        await _buyer.SendAsync(HttpMethod.Post, "/api/v1/interactions", new { interactions = new[] { found } }, ending);
    }

    // A change to a book that is read: what is cached of it is no longer right, and those who listen are told.
    private async Task MendAsync(CancellationToken ending)
    {
        if (_rounds % 4 == 0)
            await _staff.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = $"Sea stories, volume {_rounds}" }, ending);
    }

    private static string[] Ids(JsonNode? page, string[] before) => page?["items"] is JsonArray { Count: > 0 } items ? [.. items.Select(item => item!["id"]!.GetValue<string>())] : before;

    private string Of(string[] ids) => ids.Length == 0 ? Guid.Empty.ToString() : ids[_rounds % ids.Length];
}
