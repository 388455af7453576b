using System.Net;
using Microsoft.Extensions.Hosting;
using Platform.Tests.ServiceDefaults;
using Platform.Tests.Support;

namespace Platform.Tests.Caching.Outages;

/// <summary>A service without Redis is slower, not down, and says so.</summary>
public sealed class HealthTests(Stack stack)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Health_is_degraded_while_redis_is_away(bool isCut)
    {
        await using var proxy = TcpProxy.BeforeAddress(await stack.RedisConnectionStringAsync());
        var redis = (await stack.RedisConnectionStringAsync()).Split(',', 2) is [_, var rest] ? $"127.0.0.1:{proxy.Port},{rest}" : $"127.0.0.1:{proxy.Port}";
        await using var service = await TestService.StartAsync(
            configure: builder => builder.AddCaching("redis"),
            settings: [("ConnectionStrings:redis", redis), ("Cache:Namespace", $"test:{Guid.CreateVersion7()}"), ("Cache:RedisBudget", "00:00:00.5")]);

        await HealthIsAsync("healthy");
        if (isCut)
        {
            proxy.Cut();
        }
        else
        {
            proxy.Stall();
        }

        await HealthIsAsync("degraded");
        proxy.Restore();
        await HealthIsAsync("healthy");

        Assert.Contains(service.Logs.Entries, entry => entry.Message.StartsWith("Redis answers again", StringComparison.Ordinal));

        Task HealthIsAsync(string expected) => Eventually.HoldsAsync(async () =>
        {
            var (status, body) = await service.GetJsonAsync("/health");
            Assert.Equal(HttpStatusCode.OK, status);
            return body.GetProperty("checks").GetProperty("cache").GetProperty("status").GetString() == expected;
        }, $"the cache's health is {expected}");
    }
}
