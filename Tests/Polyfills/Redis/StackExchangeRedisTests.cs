using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Platform.Tests.Polyfills.Sockets;
using Platform.Tests.Support;
using StackExchange.Redis;

namespace Platform.Tests.Polyfills.Redis;

/// <summary>The public StackExchange.Redis against the real Redis, over our sockets.</summary>
public sealed class StackExchangeRedisTests(Stack stack)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_commands_at_once_each_get_their_own_reply()
    {
        await using var redis = await ConnectAsync();
        var db = redis.GetDatabase();
        var key = Key();
        await db.HashSetAsync(key, Enumerable.Range(0, 10_000).Select(i => new HashEntry(i, $"value {i}")).ToArray());

        var replies = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => db.HashGetAsync(key, i))).WaitAsync(Soon, Cancellation);
        await db.KeyDeleteAsync(key);

        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"value {i}"), replies.Select(reply => (string?)reply));
    }

    [Fact]
    public async Task Blocking_calls_on_every_thread_of_the_pool_are_all_answered()
    {
        await using var redis = await ConnectAsync();
        var db = redis.GetDatabase();
        var key = Key();
        await db.StringSetAsync(key, "answer");

        // Many more than the pool has threads: whatever needs one of them to bring the replies waits in vain.
        var callers = Enumerable.Range(0, 64).Select(_ => Task.Run(
            () => Enumerable.Range(0, 100).Count(_ => db.StringGet(key) == "answer"),
            Cancellation));
        var answered = await Task.WhenAll(callers).WaitAsync(Soon, Cancellation);
        await db.KeyDeleteAsync(key);

        Assert.All(answered, count => Assert.Equal(100, count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_value_of_sixty_four_megabytes_comes_back_unchanged(bool tls)
    {
        using var certificate = ThrowAwayCertificate.Make();
        await using var relay = new RedisRelay(await stack.RedisConnectionStringAsync(), tls ? certificate : null);
        await using var redis = await ConnectAsync(relay, tls ? certificate : null, options => options.AsyncTimeout = 60_000);
        var db = redis.GetDatabase();
        var key = Key();
        var value = new byte[64 * 1024 * 1024];
        new Random(11).NextBytes(value);

        await db.StringSetAsync(key, value);
        var read = (byte[]?)await db.StringGetAsync(key);
        await db.KeyDeleteAsync(key);

        Assert.True(value.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task A_reply_of_three_hundred_thousand_elements_comes_back_in_order()
    {
        await using var redis = await ConnectAsync();
        var db = redis.GetDatabase();
        var key = Key();
        foreach (var part in Enumerable.Range(0, 300_000).Select(i => (RedisValue)i).Chunk(50_000))
            await db.ListRightPushAsync(key, part);

        var elements = await db.ListRangeAsync(key);
        await db.KeyDeleteAsync(key);

        Assert.Equal(Enumerable.Range(0, 300_000), elements.Select(element => (int)element));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_cut_in_the_middle_of_a_reply_fails_that_command_and_recovers(bool tls)
    {
        using var certificate = ThrowAwayCertificate.Make();
        await using var relay = new RedisRelay(await stack.RedisConnectionStringAsync(), tls ? certificate : null);
        await using var redis = await ConnectAsync(relay, tls ? certificate : null);
        var db = redis.GetDatabase();
        var key = Key();
        var value = new byte[8 * 1024 * 1024];
        new Random(13).NextBytes(value);
        await db.StringSetAsync(key, value);

        relay.CutAfter(1024 * 1024);
        var failure = await Record.ExceptionAsync(() => db.StringGetAsync(key).WaitAsync(Soon, Cancellation));
        var read = (byte[]?)await UntilItWorksAsync(() => db.StringGetAsync(key));
        await db.KeyDeleteAsync(key);

        Assert.IsType<RedisConnectionException>(failure);
        Assert.True(value.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task A_server_that_goes_and_comes_back_is_used_again_and_subscriptions_with_it()
    {
        await using var relay = new RedisRelay(await stack.RedisConnectionStringAsync());
        await using var redis = await ConnectAsync(relay, configure: options => (options.ConnectTimeout, options.AsyncTimeout) = (1000, 2000));
        var db = redis.GetDatabase();
        var channel = RedisChannel.Literal(Key());
        var messages = await redis.GetSubscriber().SubscribeAsync(channel);

        relay.Shut();
        var failure = await Record.ExceptionAsync(() => db.PingAsync().WaitAsync(Soon, Cancellation));
        relay.Open();
        await UntilItWorksAsync(() => db.PingAsync());
        await UntilItWorksAsync(async () => await db.PublishAsync(channel, "after") > 0 ? true : throw new RedisException("nobody listens yet"));
        var message = await messages.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);

        Assert.True(failure is RedisConnectionException or RedisTimeoutException, failure?.ToString());
        Assert.Equal("after", message.Message);
    }

    [Fact]
    public async Task Messages_of_a_channel_arrive_complete_and_in_order()
    {
        await using var redis = await ConnectAsync();
        var channel = RedisChannel.Literal(Key());
        var messages = await redis.GetSubscriber().SubscribeAsync(channel);

        var publishing = Task.WhenAll(Enumerable.Range(0, 5000).Select(i => redis.GetSubscriber().PublishAsync(channel, i)));
        var received = new List<int>();
        while (received.Count < 5000)
            received.Add((int)(await messages.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation)).Message);
        await publishing;

        Assert.Equal(Enumerable.Range(0, 5000), received);
    }

    [Fact]
    public async Task A_server_that_stops_answering_times_out_and_does_not_hang()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var redis = await ConnectAsync(configure: options =>
        {
            options.EndPoints[0] = silent.LocalEndpoint;
            (options.ConnectTimeout, options.SyncTimeout, options.AsyncTimeout) = (500, 500, 500);
        });

        var failure = await Record.ExceptionAsync(() => redis.GetDatabase().PingAsync().WaitAsync(Soon, Cancellation));

        Assert.True(failure is RedisConnectionException or RedisTimeoutException, failure?.ToString());
    }

    private static string Key([CallerMemberName] string test = "") => $"tests:{test}:{Environment.ProcessId}";

    private async Task<ConnectionMultiplexer> ConnectAsync(
        RedisRelay? relay = null, X509Certificate2? certificate = null, Action<ConfigurationOptions>? configure = null)
    {
        var options = ConfigurationOptions.Parse(await stack.RedisConnectionStringAsync());
        options.AbortOnConnectFail = false;
        if (relay is not null)
            options.EndPoints[0] = new IPEndPoint(IPAddress.Loopback, relay.Port);
        if (certificate is not null)
        {
            options.Ssl = true;
            options.SslHost = "localhost";
            options.CertificateValidation += (_, offered, _, _) => offered?.GetCertHashString() == certificate.Thumbprint;
        }

        configure?.Invoke(options);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    // Each try waits for the client's own timeout or its refusal, so this is no busy loop.
    private static async Task<T> UntilItWorksAsync<T>(Func<Task<T>> command)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Soon);
        while (true)
        {
            try
            {
                return await command();
            }
            catch (Exception exception) when (exception is RedisException or RedisTimeoutException && !limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }
}
