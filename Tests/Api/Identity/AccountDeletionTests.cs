using System.Net;
using Npgsql;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

/// <summary>Whoever deletes their account leaves nothing behind that says who they were.</summary>
public sealed class AccountDeletionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Address = "/api/v1/users/me";

    // Where a row could say whose it is, and what it says of them.
    private static readonly string[] Personal =
    [
        "identity.users WHERE id = $1", "identity.user_roles WHERE user_id = $1", "identity.sessions WHERE user_id = $1", "identity.addresses WHERE user_id = $1",
        "store.carts WHERE user_id = $1", "store.reviews WHERE user_id = $1", "store.review_drafts WHERE user_id = $1", "store.review_votes WHERE user_id = $1",
        "store.orders WHERE user_id = $1", "ops.idempotency_records WHERE user_id = $1", "telemetry.interactions WHERE user_id = $1",
    ];

    [Fact]
    public async Task Nothing_that_is_the_users_is_left_and_nobody_gets_in_any_more()
    {
        var email = $"{Guid.CreateVersion7():N}@example.org";
        var reader = api.NewClient();
        var (user, refreshToken) = await reader.RegisterAsync(api.Database, email);
        var address = await reader.AddAddressAsync();
        var product = await api.Admin.AddStockedAsync(10);
        var order = (await reader.OrderAsync(address, product.Variant(), 1)).Location!;
        (await reader.PayAsync(order)).AssertIs("paid");
        (await api.Admin.DoAsync(order, "ship")).AssertIs("shipped");
        (await api.Admin.DoAsync(order, "deliver")).AssertIs("delivered");
        await api.Database.ExecuteAsync("INSERT INTO store.reviews (id, book_id, user_id, rating, created_at) VALUES ($1, $2, $3, 5, now())", Guid.CreateVersion7(), product["bookId"]!.GetValue<Guid>(), user);
        await reader.SendAsync(HttpMethod.Post, "/api/v1/interactions", new { interactions = new[] { new { id = Guid.CreateVersion7(), kind = "view", bookId = product["bookId"]!.GetValue<Guid>() } } });
        Assert.Equal(1, await CountAsync("telemetry.interactions WHERE user_id = $1", user));

        var answer = await reader.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password });

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        foreach (var rows in Personal)
            Assert.True(await CountAsync(rows, user) == 0, rows);
        var kept = await api.Admin.ReadAsync(order);
        Assert.Equal(("delivered", "", ""), (kept["status"]!.GetValue<string>(), kept["shippingAddress"]!["name"]!.GetValue<string>(), kept["shippingAddress"]!["line1"]!.GetValue<string>()));
        Assert.NotEmpty(kept["shippingAddress"]!["country"]!.GetValue<string>());
        (await reader.SendAsync(HttpMethod.Get, Address)).AssertProblem(HttpStatusCode.Unauthorized);
        (await api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refreshToken })).AssertProblem(HttpStatusCode.Unauthorized);
        (await api.Client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email, password = Accounts.Password })).AssertProblem(HttpStatusCode.Unauthorized);
        // The address is free again.
        await api.NewClient().RegisterAsync(api.Database, email);
    }

    [Fact]
    public async Task What_is_under_way_when_the_account_goes_is_refused_like_what_comes_later()
    {
        var reader = api.NewClient();
        var (user, _) = await reader.RegisterAsync(api.Database, $"{Guid.CreateVersion7():N}@example.org");
        await using var connection = new NpgsqlConnection(api.Database.Admin);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var deletion = new NpgsqlCommand("DELETE FROM identity.users WHERE id = $1", connection, transaction) { Parameters = { new() { Value = user } } })
            await deletion.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var adding = reader.SendAsync(HttpMethod.Post, "/api/v1/users/me/addresses", AddressRequest.Example);
        await Eventually.HoldsAsync(async () => await api.Database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())") > 0, "the request waits for the deletion");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        (await adding).AssertProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_access_token_is_not_enough()
    {
        var reader = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");

        (await reader.SendAsync(HttpMethod.Delete, Address, new { password = "a guess, quite long" })).AssertProblem(HttpStatusCode.BadRequest, "password");
        (await reader.SendAsync(HttpMethod.Delete, Address, new { })).AssertProblem(HttpStatusCode.BadRequest, "password");
        (await reader.SendAsync(HttpMethod.Delete, Address)).AssertProblem(HttpStatusCode.BadRequest);
        (await api.Client.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password })).AssertProblem(HttpStatusCode.Unauthorized);
        await reader.ReadAsync(Address);
    }

    [Fact]
    public async Task Wrong_passwords_count_as_at_a_login()
    {
        var reader = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");
        for (var attempt = 0; attempt < 10; attempt++)
            await reader.SendAsync(HttpMethod.Delete, Address, new { password = $"a guess, number {attempt}" });

        (await reader.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password })).AssertProblem(HttpStatusCode.BadRequest, "password");
        await reader.ReadAsync(Address);
    }

    [Fact]
    public async Task An_order_under_way_and_an_administrator_stay()
    {
        var (buyer, order, _) = await api.OrderedAsync();

        (await buyer.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password })).AssertProblem(HttpStatusCode.Conflict, "orders");
        await buyer.ReadAsync(order);
        (await api.Admin.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password })).AssertProblem(HttpStatusCode.Conflict, "roles");
        await api.Admin.ReadAsync(Address);

        (await buyer.DoAsync(order, "cancel")).AssertIs("cancelled");
        Assert.Equal(HttpStatusCode.NoContent, (await buyer.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password })).Status);
    }

    [Fact]
    public async Task Of_deletions_at_once_one_deletes()
    {
        var reader = await api.ClientOfAsync($"{Guid.CreateVersion7():N}@example.org");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => reader.SendAsync(HttpMethod.Delete, Address, new { password = Accounts.Password })));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.NoContent);
        Assert.All(answers, answer => Assert.True((int)answer.Status < 500, answer.Body?.ToJsonString()));
    }

    [Fact]
    public async Task What_is_told_while_the_account_is_being_deleted_is_not_kept()
    {
        var reader = api.NewClient();
        var (user, _) = await reader.RegisterAsync(api.Database, $"{Guid.CreateVersion7():N}@example.org");
        var book = await api.Admin.AddAsync("/api/v1/books", new { title = "Emma" });
        await using var deleting = new NpgsqlConnection(api.Database.Admin);
        await deleting.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await deleting.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var holding = new NpgsqlCommand("SELECT FROM identity.users WHERE id = $1 FOR UPDATE", deleting, transaction) { Parameters = { new() { Value = user } } };
        await holding.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var told = reader.SendAsync(HttpMethod.Post, "/api/v1/interactions", new { interactions = new[] { new { id = Guid.CreateVersion7(), kind = "view", bookId = book } } });
        await Eventually.HoldsAsync(async () => await api.Database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1, "it waits");
        await using var deletion = new NpgsqlCommand("DELETE FROM identity.users WHERE id = $1", deleting, transaction) { Parameters = { new() { Value = user } } };
        await deletion.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        var answer = await told;
        Assert.Equal("needs-login", answer.Body!["refused"]![0]!["reason"]!.GetValue<string>());
        Assert.Equal(0, await CountAsync("telemetry.interactions WHERE user_id = $1", user));
    }

    private Task<long> CountAsync(string rows, Guid user) => api.Database.ScalarAsync<long>($"SELECT count(*) FROM {rows}", user);
}
