using Platform.Api.Http.RateLimits;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http.RateLimits;

public sealed class RateLimitOutageTests(Stack stack)
{
    private const string Nowhere = "127.0.0.1:1";
    private readonly string _prefix = $"{Guid.CreateVersion7():N}:limit:";

    [Fact]
    public async Task Without_Redis_a_process_limits_by_itself()
    {
        var clock = new ManualClock();
        await using var node = await LimitNode.ConnectAsync(Nowhere, _prefix, new RateLimitRule("Test", 60, TimeSpan.FromMinutes(1)), clock: clock);

        Assert.Equal(60, await node.AllowedAsync(100));
        var refusal = await node.Limit.TakeAsync(default);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(0, await node.AllowedAsync(5));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, await node.AllowedAsync(5));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(60, await node.AllowedAsync(100));

        Assert.Equal(TimeSpan.FromSeconds(1), refusal.Wait);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(999)]
    public async Task A_limit_that_does_not_divide_its_period_is_kept_all_the_same(int permits)
    {
        var clock = new ManualClock();
        await using var node = await LimitNode.ConnectAsync(Nowhere, _prefix, new RateLimitRule("Test", permits, TimeSpan.FromMinutes(1)), clock: clock);

        for (var minute = 0; minute < 3; minute++)
        {
            Assert.Equal(permits, await node.AllowedAsync(permits + 10));
            clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task A_frozen_Redis_costs_its_budget_once()
    {
        await using var proxy = TcpProxy.BeforeAddress(await stack.RedisConnectionStringAsync());
        await using var node = await LimitNode.ConnectAsync(
            $"127.0.0.1:{proxy.Port}{await OptionsAsync()}", _prefix, new RateLimitRule("Test", 40, TimeSpan.FromDays(1)), TimeSpan.FromSeconds(2));
        Assert.Equal(10, await node.AllowedAsync(10));
        Assert.Equal(0, node.Alone);
        proxy.Stall();
        var asked = node.Asked;

        // Those of before count: 40 in all, not 40 more.
        Assert.Equal(20, await node.AllowedAsync(20));
        Assert.Equal(10, await node.AllowedAsync(100));

        Assert.Equal(1, node.Asked - asked);
        Assert.False(node.Shared.IsUsable);
        proxy.Restore();
        await Eventually.HoldsAsync(() => Task.FromResult(node.Shared.IsUsable), "Redis is used again");
    }

    [Fact]
    public async Task When_Redis_comes_the_limit_is_shared()
    {
        await using var proxy = TcpProxy.BeforeAddress(await stack.RedisConnectionStringAsync());
        proxy.Cut();
        var rule = new RateLimitRule("Test", 30, TimeSpan.FromDays(1));
        await using var here = await LimitNode.ConnectAsync($"127.0.0.1:{proxy.Port}{await OptionsAsync()}", _prefix, rule);
        await using var there = await LimitNode.ConnectAsync(await stack.RedisConnectionStringAsync(), _prefix, rule);
        Assert.Equal(5, await here.AllowedAsync(5));
        Assert.Equal(5, here.Alone);

        proxy.Restore();
        await Eventually.HoldsAsync(() => Task.FromResult(here.Shared.IsUsable), "Redis is used");

        Assert.Equal(10, await there.AllowedAsync(10));
        Assert.Equal(20, await here.AllowedAsync(100));
    }

    // What follows the address in the stack's connection string: the password.
    private async Task<string> OptionsAsync()
    {
        var redis = await stack.RedisConnectionStringAsync();
        return redis.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma ? redis[comma..] : "";
    }
}
