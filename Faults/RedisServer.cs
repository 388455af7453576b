using Aspire.Hosting;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Platform.Faults;

/// <summary>A Redis of one's own, which keeps on disk what it is told to save, or all that it has answered.</summary>
public sealed class RedisServer : OwnServer
{
    private readonly bool _writesAll;
    private ConnectionMultiplexer? _admin;

    private RedisServer(bool writesAll)
        : base("redis") => _writesAll = writesAll;

    /// <summary>Where it listens, whether it runs or not.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Starts one without data.</summary>
    /// <param name="writesAll">Whether what it has answered outlives it (not the machine); else only what <see cref="SaveAsync"/> saved last.</param>
    public static async Task<RedisServer> StartNewAsync(bool writesAll = false)
    {
        var server = new RedisServer(writesAll);
        await server.StartAsync();
        return server;
    }

    /// <summary>Saves the data, for the next start.</summary>
    public Task SaveAsync() => ExecuteAsync("SAVE");

    /// <summary>Forgets what is on disk, while it does not run.</summary>
    public void Lose() => Forget();

    /// <summary>Runs a command as somebody who is none of its users.</summary>
    public async Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => await (await DatabaseAsync()).ExecuteAsync(command, arguments);

    /// <summary>The data, for somebody who is none of its users.</summary>
    public async Task<IDatabase> DatabaseAsync() =>
        (_admin ??= await ConnectionMultiplexer.ConnectAsync($"{Address},allowAdmin=true")).GetDatabase();

    private protected override Task<IDistributedApplicationTestingBuilder> DescribeAsync(string[] arguments, int? port, string dataFolder, CancellationToken cancellationToken)
    {
        var builder = DistributedApplicationTestingBuilder.Create(arguments);
        // Saved on command only: whoever breaks it decides what a restart brings back.
        var redis = builder.AddRedis("redis", port).WithPassword(null).WithBindMount(dataFolder, "/data");
        if (_writesAll)
            redis.WithArgs("--appendonly", "yes", "--appendfsync", "everysec");
        return Task.FromResult(builder);
    }

    // Its attempts to come back would be among those that a test counts.
    private protected override async ValueTask DisconnectAsync()
    {
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
            _admin = null;
        }
    }
}
