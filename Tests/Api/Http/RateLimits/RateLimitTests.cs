using System.Net;
using Platform.Api.Http.RateLimits;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Api.Http.RateLimits;

public sealed class RateLimitTests(Stack stack)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly string _prefix = $"{Guid.CreateVersion7():N}:limit:";

    [Theory]
    [InlineData(7)]
    [InlineData(60)]
    [InlineData(1000)]
    public async Task Processes_together_give_out_the_limit_and_no_more(int permits)
    {
        var rule = new RateLimitRule("Test", permits, Day);
        await using var here = await ConnectAsync(rule);
        await using var there = await ConnectAsync(rule);

        var allowed = await Task.WhenAll(here.AllowedAsync(permits), there.AllowedAsync(permits));

        Assert.Equal(permits, allowed.Sum());
        Assert.Equal(permits, here.Refused + there.Refused);
        Assert.Equal(0, here.Alone + there.Alone);
    }

    [Fact]
    public async Task What_one_process_has_taken_is_not_given_by_another_as_well()
    {
        var rule = new RateLimitRule("Test", 1000, Day);
        await using var here = await ConnectAsync(rule);
        await using var there = await ConnectAsync(rule);

        Assert.Equal(1, await here.AllowedAsync(1));
        Assert.Equal(1000 - rule.Batch, await there.AllowedAsync(1000));
        Assert.Equal(rule.Batch - 1, await here.AllowedAsync(1000));
    }

    [Fact]
    public async Task A_request_seldom_costs_a_question_to_Redis()
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 10_000, Day));

        Assert.Equal(10_000, await node.AllowedAsync(10_000));

        Assert.InRange(node.Asked, 1, 50);
    }

    [Fact]
    public async Task Most_requests_allocate_nothing()
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 100_000, Day));
        await node.AllowedAsync(1);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True((await node.Limit.TakeAsync(default)).IsAllowed);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Requests_at_once_ask_together()
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 49, Day));

        Assert.Equal(49, await node.AllowedAsync(49));

        // One token a question would be 49.
        Assert.InRange(node.Asked, 1, 25);
    }

    [Fact]
    public async Task A_refusal_says_when_and_asks_nobody_before_then()
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 24, Day));
        await node.AllowedAsync(24);
        var refusal = await node.Limit.TakeAsync(default);
        var asked = node.Asked;

        Assert.Equal(0, await node.AllowedAsync(100));

        Assert.False(refusal.IsAllowed);
        Assert.InRange(refusal.Wait, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        Assert.Equal(asked, node.Asked);
    }

    [Fact]
    public async Task Subjects_have_buckets_of_their_own()
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 3, Day));

        Assert.Equal(3, await node.AllowedAsync(10, 1));
        Assert.Equal(3, await node.AllowedAsync(10, UInt128.MaxValue));
    }

    [Fact]
    public async Task A_bucket_fills_again_and_a_full_one_takes_no_room()
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 5, TimeSpan.FromSeconds(5)));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await stack.RedisConnectionStringAsync());
        var bucket = $"{_prefix}Test:{new string('0', 32)}";

        await node.AllowedAsync(5);
        var kept = await redis.GetDatabase().KeyTimeToLiveAsync(bucket);
        await Eventually.HoldsAsync(async () => !await redis.GetDatabase().KeyExistsAsync(bucket), "the bucket is gone");

        Assert.InRange(kept!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(await node.AllowedAsync(5), 5, 5);
    }

    [Theory]
    [InlineData("9999999999999999", 0)]
    [InlineData("-5", 24)]
    [InlineData("none of ours", 24)]
    public async Task Nonsense_in_Redis_is_at_most_an_empty_bucket(string stored, int allowed)
    {
        await using var node = await ConnectAsync(new RateLimitRule("Test", 24, Day));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await stack.RedisConnectionStringAsync());
        await redis.GetDatabase().StringSetAsync($"{_prefix}Test:{new string('0', 32)}", stored, TimeSpan.FromHours(1));

        Assert.Equal(allowed, await node.AllowedAsync(30));

        Assert.InRange((await node.Limit.TakeAsync(default)).Wait, TimeSpan.FromSeconds(1), Day);
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::c000:201", false)]
    [InlineData("0.0.0.0", "::", false)]
    public void A_client_is_an_address_or_a_network_of_64_bits(string one, string other, bool same) =>
        Assert.Equal(same, RateLimitSubject.Of(IPAddress.Parse(one)) == RateLimitSubject.Of(IPAddress.Parse(other)));

    [Theory]
    [InlineData("Ahab@example.org", " ahab@EXAMPLE.org ", true)]
    [InlineData("caf\u00e9@example.org", "CAF\u00c9@example.org", true)]
    [InlineData("ahab@example.org", "ahab@example.com", false)]
    public void An_account_is_an_address_however_it_is_written(string one, string other, bool same) =>
        Assert.Equal(same, RateLimitSubject.Of(one, "key"u8) == RateLimitSubject.Of(other, "key"u8));

    [Fact]
    public void What_can_be_no_account_has_no_bucket() =>
        Assert.All([null, "  ", "\ud800@example.org", "\0@example.org"], email => Assert.Null(RateLimitSubject.Of(email, "key"u8)));

    private async Task<LimitNode> ConnectAsync(RateLimitRule rule) => await LimitNode.ConnectAsync(await stack.RedisConnectionStringAsync(), _prefix, rule);
}
