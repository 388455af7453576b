using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Data;
using Platform.Api.Store.Orders;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>Accounts that can order: each has an address.</summary>
internal static class Buyers
{
    private static int _made;

    /// <summary>A client of a new account, and its address.</summary>
    public static async Task<(HttpClient Client, Guid Address)> BuyerAsync(this ApiFixture api)
    {
        var client = await api.ClientOfAsync($"buyer-{Interlocked.Increment(ref _made)}@example.org");
        return (client, await client.AddAddressAsync());
    }

    /// <summary>An order of copies of a new variant, of which there are ten, and the client of its owner.</summary>
    public static async Task<(HttpClient Buyer, string Order, string Variant)> OrderedAsync(this ApiFixture api, int quantity = 2)
    {
        var variant = (await api.Admin.AddStockedAsync(10)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        var made = await buyer.OrderAsync(address, variant, quantity);
        Assert.True(made.Status == HttpStatusCode.Created, made.Body?.ToJsonString());
        return (buyer, made.Location!, variant);
    }

    /// <summary>A client of another host that acts for the same account.</summary>
    public static HttpClient ClientLike(this WebApplicationFactory<Program> host, HttpClient client)
    {
        var other = host.CreateClient();
        other.DefaultRequestHeaders.Authorization = client.DefaultRequestHeaders.Authorization;
        return other;
    }

    /// <summary>Closes orders that are not paid in time, as a host does by itself every second; how many.</summary>
    public static async Task<int> ExpireOrdersAsync(this IServiceProvider services, int most = 100)
    {
        await using var scope = services.CreateAsyncScope();
        return await Reservations.ExpireAsync(
            scope.ServiceProvider.GetRequiredService<PlatformDbContext>(), TimeProvider.System.GetStorableNow(), most, TestContext.Current.CancellationToken);
    }

    /// <summary>The id in an order's address.</summary>
    public static Guid OrderId(this string order) => Guid.Parse(order.Split('/')[^1]);

    /// <summary>Pays an order.</summary>
    public static Task<CatalogClient.Answer> PayAsync(this HttpClient buyer, string order, string method = "test-works") =>
        buyer.SendAsync(HttpMethod.Post, $"{order}/pay", new { method });

    /// <summary>Does with an order what needs nothing but its name.</summary>
    public static Task<CatalogClient.Answer> DoAsync(this HttpClient client, string order, string action) => client.SendAsync(HttpMethod.Post, $"{order}/{action}");

    /// <summary>The order's status.</summary>
    public static async Task<string> StatusAsync(this HttpClient client, string order) => (await client.ReadAsync(order))["status"]!.GetValue<string>();

    /// <summary>Fails unless the answer is the order with this status.</summary>
    public static void AssertIs(this CatalogClient.Answer answer, string status)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Status}: {answer.Body?.ToJsonString()}");
        Assert.Equal(status, answer.Body!["status"]!.GetValue<string>());
    }

    /// <summary>Its payments, as kind and status.</summary>
    public static List<string> Payments(this JsonNode order) => [.. order["payments"]!.AsArray().Select(p => $"{p!["kind"]} {p["status"]}")];
}
