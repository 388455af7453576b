using System.Buffers.Text;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Data;
using Platform.Api.Store.Carts;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Http;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>Carts of those who have not logged in, and what a login makes of them.</summary>
public sealed class AnonymousCartTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Cart = "/api/v1/cart";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cookie_alone_says_whose_cart_it_is()
    {
        var product = await api.Admin.AddProductAsync();
        using var one = api.NewClient();
        using var other = api.NewClient();

        await CartTests.PutAsync(one, product.Variant(), 3);

        Assert.Equal([(product.Variant(), 3)], CartTests.Items(await one.ReadAsync(Cart)));
        Assert.Empty(CartTests.Items(await other.ReadAsync(Cart)));
        Assert.Equal([(product.Variant(), 4)], CartTests.Items(await CartTests.PutAsync(one, product.Variant(), 4)));
        await one.SendAsync(HttpMethod.Delete, Cart);
        Assert.Empty(CartTests.Items(await one.ReadAsync(Cart)));
    }

    [Theory]
    [InlineData("Development", "max-age=2592000; path=/api/v1; samesite=lax; httponly")]
    [InlineData("Production", "max-age=2592000; path=/api/v1; secure; samesite=lax; httponly")]
    public async Task The_cookie_is_for_the_api_alone(string environment, string attributes)
    {
        var product = await api.Admin.AddProductAsync();
        await using var host = ApiFixture.Host(api.Database).WithWebHostBuilder(builder => builder.UseEnvironment(environment));
        using var client = host.CreateClient();

        using var read = await client.GetAsync(Cart, Ct);
        using var written = await client.PutAsync($"{Cart}/items/{product.Variant()}", System.Net.Http.Json.JsonContent.Create(new { quantity = 1 }), Ct);

        Assert.Null(read.Says("Set-Cookie"));
        Assert.Matches($"^platform_cart=[A-Za-z0-9_-]{{64}}; {attributes}$", written.Says("Set-Cookie"));
    }

    [Fact]
    public async Task A_cookie_that_is_not_ours_is_no_cart()
    {
        var product = await api.Admin.AddProductAsync();
        var (cookie, cart) = await HeldCartAsync(product.Variant());
        var bytes = Base64Url.DecodeFromChars(cookie);
        var forged = new List<string> { "", "x", cookie[..63], cookie + "A", new string('A', 64), new string('%', 64), Base64Url.EncodeToString([.. cart.ToByteArray(bigEndian: true), .. new byte[32]]) };
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            forged.Add(Base64Url.EncodeToString(bytes));
            bytes[at] ^= 1;
        }

        foreach (var value in forged)
        {
            Assert.Empty(CartTests.Items((await WithCookieAsync(value, HttpMethod.Get, Cart)).Body!));
        }

        Assert.Single(CartTests.Items((await WithCookieAsync(cookie, HttpMethod.Get, Cart)).Body!));
        Assert.Equal(HttpStatusCode.NoContent, (await WithCookieAsync(forged[^1], HttpMethod.Delete, Cart)).Status);
        Assert.Equal(HttpStatusCode.OK, (await WithCookieAsync(forged[^1], HttpMethod.Put, $"{Cart}/items/{product.Variant()}", new { quantity = 9 })).Status);
        Assert.Equal([(product.Variant(), 1)], CartTests.Items((await WithCookieAsync(cookie, HttpMethod.Get, Cart)).Body!));
    }

    [Fact]
    public async Task The_cookie_is_good_on_every_node_and_in_no_other_installation()
    {
        var product = await api.Admin.AddProductAsync();
        var (cookie, _) = await HeldCartAsync(product.Variant());
        await using var other = ApiFixture.Host(api.Database, ("Identity:KeySecret", "another-key-secret-0123456789"));

        await using var second = ApiFixture.Host(api.Database);

        Assert.Empty(CartTests.Items((await WithCookieAsync(cookie, HttpMethod.Get, Cart, null, other)).Body!));
        Assert.Single(CartTests.Items((await WithCookieAsync(cookie, HttpMethod.Get, Cart, null, second)).Body!));
    }

    [Fact]
    public async Task The_cookie_of_a_cart_that_is_gone_holds_a_new_one()
    {
        var product = await api.Admin.AddProductAsync();
        var (cookie, cart) = await HeldCartAsync(product.Variant());
        await api.Database.ExecuteAsync("DELETE FROM store.carts WHERE id = $1", cart);

        Assert.Empty(CartTests.Items((await WithCookieAsync(cookie, HttpMethod.Get, Cart)).Body!));
        Assert.Equal(HttpStatusCode.OK, (await WithCookieAsync(cookie, HttpMethod.Put, $"{Cart}/items/{product.Variant()}", new { quantity = 9 })).Status);
        Assert.Equal([(product.Variant(), 9)], CartTests.Items((await WithCookieAsync(cookie, HttpMethod.Get, Cart)).Body!));
    }

    [Fact]
    public async Task A_login_takes_the_cart_along_and_adds_up_what_is_in_both()
    {
        var variants = await api.Database.AddVariantsAsync(await api.Admin.AddProductAsync(), 4);
        using var client = api.NewClient();
        await client.RegisterAsync(api.Database, "taken@example.org");
        await CartTests.ReplaceAsync(client, (variants[0], 1), (variants[1], 60), (variants[2], 2));
        client.DefaultRequestHeaders.Authorization = null;
        await CartTests.ReplaceAsync(client, (variants[1], 60), (variants[2], 1), (variants[3], 5));

        await client.LogInAsync("taken@example.org");

        Assert.Equal([(variants[0], 1), (variants[1], 99), (variants[2], 3), (variants[3], 5)], CartTests.Items(await client.ReadAsync(Cart)).Order());
        client.DefaultRequestHeaders.Authorization = null;
        Assert.Empty(CartTests.Items(await client.ReadAsync(Cart)));
        await client.LogInAsync("taken@example.org");
        Assert.Equal([(variants[0], 1), (variants[1], 99), (variants[2], 3), (variants[3], 5)], CartTests.Items(await client.ReadAsync(Cart)).Order());
        Assert.Equal(1, await CartsOfAsync(variants));
    }

    [Fact]
    public async Task The_first_login_of_a_new_account_takes_the_cart_along()
    {
        var product = await api.Admin.AddProductAsync();
        using var client = api.NewClient();
        await CartTests.PutAsync(client, product.Variant(), 2);

        await client.RegisterAsync(api.Database, "new-here@example.org");

        Assert.Equal([(product.Variant(), 2)], CartTests.Items(await client.ReadAsync(Cart)));
    }

    [Fact]
    public async Task What_finds_no_room_at_a_login_stays_out_and_what_is_in_both_is_added_all_the_same()
    {
        var variants = await api.Database.AddVariantsAsync(await api.Admin.AddProductAsync(), 150);
        using var client = api.NewClient();
        await client.RegisterAsync(api.Database, "room@example.org");
        await CartTests.ReplaceAsync(client, [.. variants.Take(95).Select(v => (v, 1))]);
        client.DefaultRequestHeaders.Authorization = null;
        await CartTests.ReplaceAsync(client, [.. variants.Skip(90).Take(60).Select(v => (v, 1))]);

        await client.LogInAsync("room@example.org");

        var merged = CartTests.Items(await client.ReadAsync(Cart));
        Assert.Equal(100, merged.Count);
        Assert.Equal(105, merged.Sum(i => i.Quantity));
        Assert.Superset(variants.Take(95).ToHashSet(), merged.Select(i => i.Variant).ToHashSet());
    }

    [Fact]
    public async Task Logins_that_send_one_cookie_at_the_same_time_take_the_cart_along_once()
    {
        var product = await api.Admin.AddProductAsync();
        string[] emails = ["race-0@example.org", "race-1@example.org"];
        using var client = api.NewClient();
        foreach (var email in emails)
        {
            await client.RegisterAsync(api.Database, email);
        }

        for (var round = 1; round <= 5; round++)
        {
            var (cookie, _) = await HeldCartAsync(product.Variant());

            var logins = await Task.WhenAll(Enumerable.Range(0, 6).Select(n =>
                WithCookieAsync(cookie, HttpMethod.Post, "/api/v1/auth/login", new { email = emails[n % 2], password = Accounts.Password })));

            Assert.All(logins, login => Assert.Equal(HttpStatusCode.OK, login.Status));
            Assert.Equal(round, await api.Database.ScalarAsync<long>("SELECT sum(quantity) FROM store.cart_items WHERE variant_id = $1", Guid.Parse(product.Variant())));
        }
    }

    [Fact]
    public async Task A_login_that_fails_leaves_the_cart_where_it_is()
    {
        var product = await api.Admin.AddProductAsync();
        using var client = api.NewClient();
        await client.RegisterAsync(api.Database, "fails@example.org");
        client.DefaultRequestHeaders.Authorization = null;
        await CartTests.PutAsync(client, product.Variant(), 2);

        var login = await client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email = "fails@example.org", password = "something else entirely" });

        Assert.Equal(HttpStatusCode.Unauthorized, login.Status);
        Assert.Single(CartTests.Items(await client.ReadAsync(Cart)));
    }

    [Fact]
    public async Task Carts_that_nobody_came_back_to_are_cleared_away_and_no_others()
    {
        var product = await api.Admin.AddProductAsync();
        var (_, left) = await HeldCartAsync(product.Variant());
        var (_, held) = await HeldCartAsync(product.Variant());
        using var user = await api.ClientOfAsync("old-cart@example.org");
        await CartTests.PutAsync(user, product.Variant(), 1);
        await api.Database.ExecuteAsync("INSERT INTO store.carts (id, created_at, updated_at) SELECT gen_random_uuid(), now(), now() FROM generate_series(1, 30)");
        await api.Database.ExecuteAsync("UPDATE store.carts SET updated_at = now() - interval '31 days' WHERE id <> $1", held);

        // Five processes that come back while there is more to do.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using var scope = api.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
            while (await CartExpiry.ExpireAsync(db, TimeProvider.System.GetUtcNow(), 10, Ct) > 0)
            {
            }
        }));

        Assert.Equal(0, await api.Database.ScalarAsync<long>("SELECT count(*) FROM store.carts WHERE user_id IS NULL AND id <> $1", held));
        Assert.Equal(0, await api.Database.ScalarAsync<long>("SELECT count(*) FROM store.cart_items WHERE cart_id = $1", left));
        Assert.Equal(2, await CartsOfAsync([product.Variant()]));
    }

    private Task<long> CartsOfAsync(string[] variants) =>
        api.Database.ScalarAsync<long>("SELECT count(DISTINCT cart_id) FROM store.cart_items WHERE variant_id = ANY ($1)", variants.Select(Guid.Parse).ToArray());

    // A cart with one copy in it, and the cookie that holds it.
    private async Task<(string Cookie, Guid Cart)> HeldCartAsync(string variant)
    {
        using var client = api.NewClient();
        using var made = await client.PutAsync($"{Cart}/items/{variant}", System.Net.Http.Json.JsonContent.Create(new { quantity = 1 }), Ct);
        var cookie = made.Says("Set-Cookie")!.Split('=', ';')[1];
        return (cookie, new Guid(Base64Url.DecodeFromChars(cookie).AsSpan(0, 16), bigEndian: true));
    }

    private async Task<CatalogClient.Answer> WithCookieAsync(
        string cookie, HttpMethod method, string address, object? body = null, WebApplicationFactory<Program>? host = null)
    {
        using var client = host?.CreateDefaultClient() ?? api.NewClient(handlesCookies: false);
        client.DefaultRequestHeaders.Add("Cookie", $"platform_cart={cookie}");
        return await client.SendAsync(method, address, body);
    }
}
