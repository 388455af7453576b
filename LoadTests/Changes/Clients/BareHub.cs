using System.CommandLine;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;

namespace Platform.LoadTests.Changes.Clients;

/// <summary>
/// <c>serve changes</c>: the shortest way from the WAL to SignalR's clients. One process, which sends what it reads to a
/// group a topic; who is not there at the moment misses it, and nobody is told.
/// </summary>
internal static class BareHub
{
    internal const string ConnectionVariable = "BARE_POSTGRES";

    private static readonly Option<string> Urls = new("--urls") { Required = true };

    internal static Command Create()
    {
        var changes = new Command("changes", "The limit that the realtime service is measured by.") { Urls };
        changes.SetAction(RunAsync);
        return changes;
    }

    private sealed record Book(string Publisher);

    private sealed record Change(string Id, string Topic, Book Data);

    private sealed record Position(string Id);

    private sealed class Groups : Hub
    {
        public async Task<Position> Subscribe(string topic, string? after)
        {
            await base.Groups.AddToGroupAsync(Context.ConnectionId, topic);
            return new Position(after ?? "bare:0-0");
        }
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(["--urls", arguments.GetValue(Urls)!]);
        builder.Services.AddSignalR();
        await using var app = builder.Build();
        app.MapHub<Groups>("/hubs/changes");
        var hub = app.Services.GetRequiredService<IHubContext<Groups>>();
        await using var connection = new LogicalReplicationConnection(Environment.GetEnvironmentVariable(ConnectionVariable)!);
        await connection.Open(cancellationToken);
        // Gone with the connection.
        var slot = await connection.CreatePgOutputReplicationSlot(string.Create(CultureInfo.InvariantCulture, $"bench_bare_{Environment.ProcessId}"), temporarySlot: true, cancellationToken: cancellationToken);
        app.MapGet("/health", () => "");
        var sending = SendAsync(connection, slot, hub, cancellationToken);
        await app.StartAsync(cancellationToken);
        await sending;
        return 0;
    }

    private static async Task SendAsync(LogicalReplicationConnection connection, PgOutputReplicationSlot slot, IHubContext<Groups> hub, CancellationToken cancellationToken)
    {
        var (commit, sequence) = (0UL, 0);
        await foreach (var message in connection.StartReplication(slot, new PgOutputReplicationOptions("platform", PgOutputProtocolVersion.V2), cancellationToken))
        {
            if (message is BeginMessage begin)
                (commit, sequence) = ((ulong)begin.TransactionFinalLsn, 0);
            if (message is not UpdateMessage update)
                continue;
            var (id, content) = await BookWriter.ReadAsync(update, cancellationToken);
            var topic = $"books/{id}";
            var change = new Change(string.Create(CultureInfo.InvariantCulture, $"bare:{commit}-{++sequence}"), topic, new Book(content));
            await hub.Clients.Group(topic).SendAsync("change", change, cancellationToken);
            connection.SetReplicationStatus(message.WalEnd);
        }
    }
}
