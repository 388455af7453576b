using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Platform.LoadTests;

/// <summary>Small and large commands, messages and new connections without a pause; what memory does meanwhile.</summary>
internal static class RedisSoak
{
    private const int ManagedLimitMegabytes = 16;
    private const int WorkingSetLimitMegabytes = 64;
    private const string Prefix = "soak:";

    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long, 20 seconds or more.",
        DefaultValueFactory = _ => 120,
    };

    internal static Command Create()
    {
        var command = new Command("redis", "Use Redis for two minutes and print what memory does.") { BenchRedis.Redis, Seconds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var server = await BenchRedis.StartAsync(arguments, cancellationToken);
        var configuration = server.Configuration;
        var duration = TimeSpan.FromSeconds(Math.Max(20, arguments.GetValue(Seconds)));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        await redis.GetDatabase().StringSetAsync(Prefix + "small", new byte[1000]);
        await redis.GetDatabase().StringSetAsync(Prefix + "large", new byte[8_000_000]);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(duration);
        var counts = new Counts();
        Task[] work =
        [
            .. Enumerable.Range(0, 64).Select(_ => RepeatAsync(async () => Interlocked.Add(ref counts.Small, await GetAsync(redis, "small")), end.Token)),
            RepeatAsync(async () => Interlocked.Add(ref counts.Large, await GetAsync(redis, "large")), end.Token),
            RepeatAsync(() => PublishAsync(redis, counts), end.Token),
            RepeatAsync(() => ReconnectAsync(configuration, counts), end.Token),
        ];
        var samples = await WatchAsync(counts, duration, end.Token);
        await Task.WhenAll(work);
        await redis.GetDatabase().KeyDeleteAsync([Prefix + "small", Prefix + "large"]);
        return await JudgeAsync(samples);
    }

    private static async Task<List<Sample>> WatchAsync(Counts counts, TimeSpan duration, CancellationToken end)
    {
        var samples = new List<Sample>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(duration / 12);
        await Console.Out.WriteLineAsync($"{"s",5} {"GETs",12} {"8 MB GETs",10} {"messages",10} {"connections",12} {"managed MB",11} {"working set MB",15} {"threads",8}");
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                using var process = Process.GetCurrentProcess();
                var sample = new Sample(LiveBytes() / 1e6, process.WorkingSet64 / 1e6, process.Threads.Count);
                samples.Add(sample);
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{clock.Elapsed.TotalSeconds,5:0} {counts.Small,12:N0} {counts.Large,10:N0} {counts.Messages,10:N0} {counts.Connections,12:N0} {sample.ManagedMegabytes,11:N1} {sample.WorkingSetMegabytes,15:N1} {sample.Threads,8}"));
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        return samples;
    }

    // After a full collection; GetTotalMemory itself is off by what other threads allocate in the same moment.
    private static long LiveBytes()
    {
        GC.GetTotalMemory(forceFullCollection: true);
        var heap = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return heap.HeapSizeBytes - heap.FragmentedBytes;
    }

    // The first quarter fills pools and caches. From then on the least that each half needed counts: replies in flight
    // come and go, what is lost stays.
    private static async Task<int> JudgeAsync(List<Sample> samples)
    {
        var steady = samples[(samples.Count / 4)..];
        var (first, second) = (steady[..(steady.Count / 2)], steady[(steady.Count / 2)..]);
        var managed = second.Min(s => s.ManagedMegabytes) - first.Min(s => s.ManagedMegabytes);
        var workingSet = second.Min(s => s.WorkingSetMegabytes) - first.Min(s => s.WorkingSetMegabytes);
        var passed = managed < ManagedLimitMegabytes && workingSet < WorkingSetLimitMegabytes;
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Growth after warm-up: managed {managed:N1} MB (limit {ManagedLimitMegabytes}), working set {workingSet:N1} MB (limit {WorkingSetLimitMegabytes}): {(passed ? "bounded" : "GROWS")}"));
        return passed ? 0 : 1;
    }

    private static async Task<long> GetAsync(ConnectionMultiplexer redis, string name)
        => (await redis.GetDatabase().StringGetAsync(Prefix + name)).IsNullOrEmpty
            ? throw new InvalidOperationException("A value that is there came back empty.") : 1;

    private static async Task PublishAsync(ConnectionMultiplexer redis, Counts counts)
    {
        var channel = RedisChannel.Literal(Prefix + "channel");
        var messages = await redis.GetSubscriber().SubscribeAsync(channel);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => redis.GetSubscriber().PublishAsync(channel, i)));
        for (var i = 0; i < 100; i++)
        {
            await messages.ReadAsync();
            Interlocked.Increment(ref counts.Messages);
        }

        await messages.UnsubscribeAsync();
    }

    private static async Task ReconnectAsync(string configuration, Counts counts)
    {
        await using var another = await ConnectionMultiplexer.ConnectAsync(configuration);
        await another.GetDatabase().PingAsync();
        Interlocked.Increment(ref counts.Connections);
    }

    private static async Task RepeatAsync(Func<Task> work, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
            await work();
    }

    private sealed class Counts
    {
        public long Small;
        public long Large;
        public long Messages;
        public long Connections;
    }

    private sealed record Sample(double ManagedMegabytes, double WorkingSetMegabytes, int Threads);
}
