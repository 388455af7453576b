using Npgsql;
using Platform.LoadTests.Http;
using Platform.Realtime.Changes;

namespace Platform.LoadTests.Changes.Clients;

/// <summary>Two nodes of the realtime service, in processes of their own; the first has the slot when both are ready.</summary>
internal sealed class RealtimeNodes : IDisposable
{
    private const string Slot = "bench_realtime";
    private const string Space = "bench-realtime";

    private readonly List<ServerProcess> _nodes = [];
    private volatile Uri[] _addresses = [];

    /// <summary>Where those are that have not been killed.</summary>
    internal IReadOnlyList<Uri> Addresses => _addresses;

    internal static async Task<RealtimeNodes> StartAsync(BenchDatabase database, string redis, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var nodes = new RealtimeNodes();
        try
        {
            using var client = new HttpClient();
            for (var node = 0; node < 2; node++)
            {
                var server = ServerProcess.Start(typeof(ChangeLog).Assembly.Location, [], Settings(database, redis), processor: null);
                nodes._nodes.Add(server);
                await server.ReadyAsync(client, "/health", cancellationToken);
                await new BenchSlot(source, Slot).HeldAsync(cancellationToken);
            }

            nodes._addresses = [.. nodes._nodes.Select(node => node.Address)];
            return nodes;
        }
        catch
        {
            nodes.Dispose();
            throw;
        }
    }

    /// <summary>Ends the first by SIGKILL; its clients have the other.</summary>
    internal void KillHolder()
    {
        _nodes[0].Dispose();
        _nodes.RemoveAt(0);
        _addresses = [.. _nodes.Select(node => node.Address)];
    }

    /// <summary>Forgets all that nodes have left, once they have ended.</summary>
    internal static async Task ForgetAsync(NpgsqlDataSource source, BenchRedis redis, CancellationToken cancellationToken)
    {
        await new BenchSlot(source, Slot).DropAsync(cancellationToken);
        await redis.ForgetAsync(Space);
    }

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    private static Dictionary<string, string> Settings(BenchDatabase database, string redis) => new()
    {
        ["ConnectionStrings__platform-replicator"] = database.Replicator,
        ["ConnectionStrings__redis"] = redis,
        ["Cache__Namespace"] = Space,
        ["ChangeStream__Slot"] = Slot,
        // Nobody asks it: books are for everybody.
        ["Api__Address"] = "http://127.0.0.1:9",
        ["Realtime__ConnectionsPerAddress"] = "10000",
        ["Logging__LogLevel__Default"] = "Critical",
    };
}
