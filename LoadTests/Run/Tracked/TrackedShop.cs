using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.LoadTests.Run.Correctness;

namespace Platform.LoadTests.Run.Tracked;

/// <summary>A product of the run's own, with few copies of each variant, and people who buy them: of each copy it is known who got it.</summary>
internal sealed class TrackedShop : IDisposable
{
    private const int Variants = 8;

    private readonly Caller _caller;
    private readonly (Account Account, string Name, Guid Address)[] _buyers;
    private int _orders;

    private TrackedShop(Caller caller, Guid product, (Account, string, Guid)[] buyers) => (_caller, Product, _buyers) = (caller, product, buyers);

    internal SalesHistory History { get; } = new();

    internal Guid Product { get; }

    internal static async Task<TrackedShop> OpenAsync(Caller caller, Account admin, Guid book, int copies, int buyers, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var product = await SendAsync("/api/v1/products", new
        {
            bookId = book, slug = $"load-test-{name}", title = "Load test", status = "active",
            variants = Enumerable.Range(1, Variants).Select(n => new { sku = string.Create(CultureInfo.InvariantCulture, $"load-{name}-{n}"), format = "ebook", price = 4.2m + n, currency = "EUR" }),
        }, admin);
        var people = new (Account Account, string Name, Guid Address)[buyers];
        for (var n = 0; n < buyers; n++)
        {
            var account = new Account(caller, $"load-{name}-{n}@example.org", $"buyer {n} of the load test {name}");
            await account.RegisterAsync(cancellationToken);
            var address = await SendAsync("/api/v1/users/me/addresses", new { name = "Emma", line1 = "1 High Street", city = "Highbury", postalCode = "KT1", country = "GB" }, account);
            people[n] = (account, string.Create(CultureInfo.InvariantCulture, $"buyer-{n}"), address["id"]!.GetValue<Guid>());
        }

        var shop = new TrackedShop(caller, product["id"]!.GetValue<Guid>(), people);
        foreach (var variant in product["variants"]!.AsArray().Select(variant => variant!["id"]!.GetValue<Guid>()))
        {
            await SendAsync($"/api/v1/variants/{variant}/stock/movements", new { quantity = copies, kind = "receipt" }, admin);
            // What had to be sent again may have come twice.
            var stock = await SendAsync($"/api/v1/variants/{variant}/stock", null, admin);
            shop.History.Copies[variant] = stock["onHand"]!.GetValue<int>();
        }

        return shop;

        async Task<JsonNode> SendAsync(string path, object? content, Account who)
        {
            var token = await who.TokenAsync(cancellationToken);
            var answer = await caller.InsistAsync(path, () => content is null
                ? caller.GetAsync(null, path, token, cancellationToken: cancellationToken)
                : caller.SendAsync(null, HttpMethod.Post, path, JsonSerializer.Serialize(content), token, cancellationToken: cancellationToken), cancellationToken);
            return JsonNode.Parse(answer.Body)!;
        }
    }

    /// <summary>Somebody buys something; who gets no answer asks once more under the same key, as some do who got one.</summary>
    /// <returns>What was answered last, and the order when there is one.</returns>
    internal async Task<(Answer Answer, Order? Order)> BuyAsync(Random random, CancellationToken cancellationToken)
    {
        var (account, name, address) = _buyers[random.Next(_buyers.Length)];
        var variant = History.Copies.Keys.ElementAt(random.Next(History.Copies.Count));
        var quantity = random.Next(10) == 0 ? 2 : 1;
        var key = string.Create(CultureInfo.InvariantCulture, $"{name}-order-{Interlocked.Increment(ref _orders)}");
        var content = JsonSerializer.Serialize(new { addressId = address, items = new[] { new { variantId = variant, quantity } } });
        var again = random.Next(20) == 0;
        for (var attempt = 0; ; attempt++)
        {
            var answer = await _caller.SendAsync("checkout", HttpMethod.Post, "/api/v1/orders", content, await account.TokenAsync(cancellationToken), ("Idempotency-Key", key), accepted: 409, cancellationToken);
            var outcome = answer.IsGood ? SaleOutcome.Accepted : answer.Status == 409 && answer.Body.Contains("\"shortages\"", StringComparison.Ordinal) ? SaleOutcome.Refused : SaleOutcome.Unknown;
            Guid? order = outcome == SaleOutcome.Accepted ? JsonNode.Parse(answer.Body)!["id"]!.GetValue<Guid>() : null;
            History.Add(new SaleAttempt(key, variant, quantity, answer.Began, answer.Ended, outcome, order));
            if (attempt == 1 || (outcome == SaleOutcome.Unknown ? answer.Status is not (0 or >= 500) : !again))
                return (answer, order is { } id ? new Order(id, account) : null);
        }
    }

    /// <summary>Its buyer pays an order.</summary>
    internal async Task<Answer> PayAsync(Order order, CancellationToken cancellationToken) =>
        await _caller.SendAsync("checkout", HttpMethod.Post, $"/api/v1/orders/{order.Id}/pay", """{"method":"test-works"}""", await order.Buyer.TokenAsync(cancellationToken), accepted: 409, cancellationToken: cancellationToken);

    /// <summary>Its buyer gives an order up.</summary>
    internal async Task<Answer> GiveUpAsync(Order order, RunClock clock, CancellationToken cancellationToken)
    {
        // Before it is asked: from then on the copies may be somebody else's.
        History.GiveUp(order.Id, clock.Now);
        return await _caller.SendAsync("checkout", HttpMethod.Post, $"/api/v1/orders/{order.Id}/cancel", null, await order.Buyer.TokenAsync(cancellationToken), accepted: 409, cancellationToken: cancellationToken);
    }

    /// <summary>Somebody's access token.</summary>
    internal ValueTask<string> TokenAsync(Random random, CancellationToken cancellationToken) => _buyers[random.Next(_buyers.Length)].Account.TokenAsync(cancellationToken);

    public void Dispose()
    {
        foreach (var (account, _, _) in _buyers)
            account.Dispose();
    }

    internal sealed record Order(Guid Id, Account Buyer);
}
