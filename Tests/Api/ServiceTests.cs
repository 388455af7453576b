using System.Net;
using Platform.Tests.Support;

namespace Platform.Tests.Api;

public sealed class ServiceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_api_is_healthy_on_a_migrated_database()
    {
        var health = await api.Client.GetAsync("/health", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }
}
