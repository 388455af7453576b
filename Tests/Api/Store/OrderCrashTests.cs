using System.Net;
using Npgsql;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

/// <summary>A process of the Api is killed at the worst moment, and whoever asks again finds one order, paid once.</summary>
public sealed class OrderCrashTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    // A commit of an order waits for this lock, so that there is time to kill who sent it.
    private const long AtCommit = 4711;

    private const string WaitAtCommit = """
        CREATE OR REPLACE FUNCTION public.wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$;
        DROP TRIGGER IF EXISTS wait_at_commit ON store.orders;
        CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON store.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait_at_commit();
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_the_commit_the_same_key_still_makes_one_order(bool isCommitted)
    {
        var variant = (await api.Admin.AddStockedAsync(10)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        var key = $"crash-{isCommitted}";
        // The server ends what a client waited for that is gone, unless it does not look.
        var connection = $"{api.Database.App};Options=-c client_connection_check_interval={(isCommitted ? 0 : 1000)}";
        await using var process = await ApiProcess.StartAsync(api.Database, ("ConnectionStrings__platform", connection));
        using var client = process.CreateClient();
        client.DefaultRequestHeaders.Authorization = buyer.DefaultRequestHeaders.Authorization;
        await using var gate = new NpgsqlConnection(api.Database.Admin);
        await gate.OpenAsync(Ct);
        await ExecuteAsync(gate, WaitAtCommit);
        await ExecuteAsync(gate, $"SELECT pg_advisory_lock({AtCommit})");

        var lost = client.OrderAsync(address, variant, 2, key);
        await Eventually.HoldsAsync(async () => await WaitingAsync() == 1, "the commit waits");
        process.Process.Kill(entireProcessTree: true);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lost);
        if (!isCommitted)
        {
            await Eventually.HoldsAsync(async () => await WaitingAsync() == 0, "the server has given up");
        }

        await ExecuteAsync(gate, $"SELECT pg_advisory_unlock({AtCommit})");
        await Eventually.HoldsAsync(async () => await OrdersAsync(buyer) == (isCommitted ? 1 : 0), "the commit has its outcome");
        var retried = await buyer.OrderAsync(address, variant, 2, key);
        var again = await buyer.OrderAsync(address, variant, 2, key);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (retried.Status, again.Status));
        Assert.Equal(retried.Body!.ToJsonString(), again.Body!.ToJsonString());
        Assert.Equal(1, await OrdersAsync(buyer));
        Assert.Equal((10, 2), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task Killed_while_the_provider_charges_the_order_is_paid_once_by_another_process()
    {
        var (buyer, order, variant) = await api.OrderedAsync();
        var id = order.OrderId();
        await using var process = await ApiProcess.StartAsync(api.Database, ("Store__TestPayments", "true"), ("Store__PaymentTimeout", "00:01:00"));
        using var client = process.CreateClient();
        client.DefaultRequestHeaders.Authorization = buyer.DefaultRequestHeaders.Authorization;

        var lost = client.PayAsync(order, "test-times-out");
        await Eventually.HoldsAsync(async () => (await buyer.ReadAsync(order)).Payments() is ["charge requested"], "the provider is asked");
        process.Process.Kill(entireProcessTree: true);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lost);
        await api.Database.ExecuteAsync("UPDATE store.orders SET reserved_until = now() WHERE id = $1", id);
        await using var other = ApiFixture.Host(api.Database, ("Store:PaymentTimeout", "00:00:01"));
        _ = other.Services;

        await Eventually.HoldsAsync(async () => await buyer.StatusAsync(order) == "paid", "another process has asked again", TimeSpan.FromSeconds(60));
        Assert.Equal(["charge succeeded"], (await buyer.ReadAsync(order)).Payments());
        Assert.Equal((10, 2), await api.Admin.StockAsync(variant));
    }

    private static async Task<int> OrdersAsync(HttpClient buyer) => (await buyer.ReadAsync("/api/v1/orders"))["items"]!.AsArray().Count;

    private Task<long> WaitingAsync() => api.Database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint = $1 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        AtCommit);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
#pragma warning disable CA2100 // one of the above
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }
}
