using System.CommandLine;
using System.Globalization;
using Platform.ChangeStream;

namespace Platform.LoadTests.Changes;

/// <summary><c>read changes</c>: a consumer of a slot in a process of its own, for whoever wants to kill it. What it has is what it has printed.</summary>
internal static class ChangeConsumer
{
    private static readonly Option<string> Postgres = new("--postgres") { Description = "The connection string.", Required = true };
    private static readonly Option<string> Slot = new("--slot") { Description = "The slot.", Required = true };
    private static readonly Option<string> Publication = new("--publication") { Description = "The publication.", Required = true };
    private static readonly Option<bool> Snapshot = new("--snapshot") { Description = "Read what is there as well." };
    private static readonly Option<bool> Hold = new("--hold") { Description = "Confirm each batch only after a line of input." };

    internal static Command Create()
    {
        var changes = new Command("changes", "Print each batch as a line, and confirm it then.") { Postgres, Slot, Publication, Snapshot, Hold };
        changes.SetAction(RunAsync);
        return changes;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var reader = new ChangeStreamReader(new ChangeStreamOptions
        {
            ConnectionString = arguments.GetValue(Postgres)!, Slot = arguments.GetValue(Slot)!, Publication = arguments.GetValue(Publication)!,
            Snapshot = arguments.GetValue(Snapshot), HeartbeatInterval = TimeSpan.FromMilliseconds(500), SenderTimeout = TimeSpan.FromSeconds(2),
        });
        var telling = TellStateAsync(reader, cancellationToken);
        await foreach (var batch in reader.ReadAsync(cancellationToken))
        {
            var what = batch.Gap is null ? string.Join(' ', batch.Changes.Select(change => string.Join('/', change.Key))) : $"gap {batch.Gap.From} {batch.Gap.To}";
            await TellAsync(string.Create(CultureInfo.InvariantCulture, $"batch {batch.Epoch} {what}"));
            if (arguments.GetValue(Hold) && await Console.In.ReadLineAsync(cancellationToken) is null)
                break;
            try
            {
                await reader.ConfirmAsync(batch, cancellationToken);
            }
            catch (SlotTakenException)
            {
                await TellAsync("refused");
            }
        }

        await telling;
        return 0;
    }

    // Whether it has the slot, and once more whenever that is otherwise.
    private static async Task TellStateAsync(ChangeStreamReader reader, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (bool? before = null; await timer.WaitForNextTickAsync(cancellationToken);)
        {
            if (reader.Status.IsActive is var isActive && isActive != before)
                await TellAsync(isActive ? "reads" : "waits");
            before = isActive;
        }
    }

    private static Task TellAsync(string line) => Console.Out.WriteLineAsync(line);
}
