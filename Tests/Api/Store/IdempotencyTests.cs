using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class IdempotencyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_request_sent_again_is_answered_again_byte_by_byte_and_not_done_again()
    {
        var variant = (await api.Admin.AddStockedAsync(5)).Variant();
        var (buyer, address) = await api.BuyerAsync();

        var first = await SendAsync(buyer, "again", $$"""{"addressId":"{{address}}","items":[{"variantId":"{{variant}}","quantity":2}]}""");
        // In other words, but the same.
        var second = await SendAsync(buyer, "again", $$"""{ "items": [ { "quantity": 2, "variantId": "{{variant}}" } ], "addressId": "{{address}}" }""");

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.False(first.IsReplayed);
        Assert.Equal(first with { IsReplayed = true }, second);
        Assert.Equal((5, 2), await api.Admin.StockAsync(variant));
        Assert.Single((await buyer.ReadAsync("/api/v1/orders"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Many_at_once_do_the_work_once_and_all_get_its_answer()
    {
        // One copy alone: whoever did the work twice would be refused.
        var variant = (await api.Admin.AddStockedAsync(1)).Variant();
        var (buyer, address) = await api.BuyerAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => buyer.OrderAsync(address, variant, key: "at-once")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body!.ToJsonString()).Distinct());
        Assert.Equal((1, 1), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task The_same_key_with_another_request_is_refused()
    {
        var variant = (await api.Admin.AddStockedAsync(5)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        await buyer.OrderAsync(address, variant, key: "one");

        (await buyer.OrderAsync(address, variant, quantity: 2, key: "one")).AssertProblem(HttpStatusCode.UnprocessableEntity);

        Assert.Equal((5, 1), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task Keys_of_two_users_are_two_keys()
    {
        var variant = (await api.Admin.AddStockedAsync(5)).Variant();
        var (one, addressOfOne) = await api.BuyerAsync();
        var (other, addressOfOther) = await api.BuyerAsync();

        var first = await one.OrderAsync(addressOfOne, variant, key: "shared");
        var second = await other.OrderAsync(addressOfOther, variant, key: "shared");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, second.Status));
        Assert.NotEqual(first.Body!.Id(), second.Body!.Id());
        Assert.Equal((5, 2), await api.Admin.StockAsync(variant));
    }

    [Fact]
    public async Task A_refusal_leaves_the_key_free()
    {
        var variant = (await api.Admin.AddStockedAsync(1)).Variant();
        var (buyer, address) = await api.BuyerAsync();

        (await buyer.OrderAsync(address, variant, quantity: 2, key: "free")).AssertProblem(HttpStatusCode.Conflict);

        Assert.Equal(HttpStatusCode.Created, (await buyer.OrderAsync(address, variant, quantity: 1, key: "free")).Status);
    }

    [Fact]
    public async Task Old_answers_are_deleted_and_nobody_deletes_younger_ones()
    {
        var variant = (await api.Admin.AddStockedAsync(5)).Variant();
        var (buyer, address) = await api.BuyerAsync();
        await buyer.OrderAsync(address, variant, key: "old");
        await buyer.OrderAsync(address, variant, key: "young");
        await api.Database.ExecuteAsync("UPDATE ops.idempotency_records SET created_at = now() - interval '25 hours' WHERE key = 'old'");

        await using var scope = api.Services.CreateAsyncScope();
        // In a month all are old by the clock of whoever asks, but not by the database's.
        await Idempotency.DeleteOldAsync(scope.ServiceProvider.GetRequiredService<PlatformDbContext>(), TimeProvider.System.GetUtcNow().AddDays(30), 100, TestContext.Current.CancellationToken);

        Assert.Equal(0, await api.Database.ScalarAsync<long>("SELECT count(*) FROM ops.idempotency_records WHERE key = 'old'"));
        Assert.Equal(1, await api.Database.ScalarAsync<long>("SELECT count(*) FROM ops.idempotency_records WHERE key = 'young'"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("schlüssel")]
    [InlineData("too long")]
    public async Task A_key_that_cannot_be_is_refused(string? key)
    {
        var (buyer, address) = await api.BuyerAsync();
        key = key == "too long" ? new string('k', 256) : key;

        var refused = await buyer.SendAsync(HttpMethod.Post, "/api/v1/orders", new { addressId = address }, idempotencyKey: key);

        refused.AssertProblem(HttpStatusCode.BadRequest, "idempotencyKey");
    }

    private static async Task<Received> SendAsync(HttpClient client, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent(body, null, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Received(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.Location?.ToString(), response.Headers.ETag?.ToString(), response.Headers.Contains("Idempotency-Replayed"));
    }

    private sealed record Received(HttpStatusCode Status, string Body, string? Location, string? ETag, bool IsReplayed);
}
