using System.Net;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class TopicAccessTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Access = "/api/v1/auth/access?topic=";

    [Fact]
    public async Task An_order_is_for_its_owner_and_for_staff()
    {
        var (buyer, order, _) = await api.OrderedAsync();
        var (other, _) = await api.BuyerAsync();
        var topic = $"{Access}orders/{order.OrderId()}";

        Assert.Equal(HttpStatusCode.NoContent, (await buyer.SendAsync(HttpMethod.Get, topic)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.Admin.SendAsync(HttpMethod.Get, topic)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(HttpMethod.Get, topic)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.Client.SendAsync(HttpMethod.Get, topic)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await buyer.SendAsync(HttpMethod.Get, $"{Access}orders/{Guid.CreateVersion7()}")).Status);
    }

    [Fact]
    public async Task Whoever_is_logged_in_may_be_told_of_themselves()
    {
        var (buyer, _) = await api.BuyerAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await buyer.SendAsync(HttpMethod.Get, $"{Access}users/me")).Status);

        await buyer.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");
        Assert.Equal(HttpStatusCode.Unauthorized, (await buyer.SendAsync(HttpMethod.Get, $"{Access}users/me")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders")]
    [InlineData("orders/1")]
    [InlineData("orders/0199f000000070008000000000000000aa")]
    [InlineData("books/0199f000-0000-7000-8000-0000000000aa")]
    [InlineData("users/0199f000-0000-7000-8000-0000000000aa")]
    [InlineData("!session/0199f000-0000-7000-8000-0000000000aa")]
    public async Task What_is_no_topic_of_its_own_users_is_refused(string topic)
    {
        var answer = await api.Admin.SendAsync(HttpMethod.Get, Access + Uri.EscapeDataString(topic));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }
}
