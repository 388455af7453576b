using System.Globalization;
using NBomber.Contracts;
using NBomber.CSharp;
using Platform.LoadTests.Run.Tracked;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>An administrator changes one of the run's own books, and all who listen to it are told.</summary>
internal sealed class Editing(LoadedRun run, TrackedBooks books)
{
    /// <summary>The part that is the realtime service's: from the commit until the last subscriber has been told.</summary>
    internal const string Told = "told";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var number = context.Random.Next(books.Count);
        var version = 0L;
        var written = await Step.Run("write", context, async () =>
        {
            (var answer, version) = await books.WriteAsync(number, CancellationToken.None);
            // Somebody who did not see the last version is told so, and that is right: an answer was lost before.
            return answer.ToResponse(answer.IsGood || answer.Status == 412);
        });
        if (run.Subscribers is not { } subscribers || written.StatusCode == "412")
            return written;
        return await Step.Run(Told, context, async () =>
        {
            var told = subscribers.DeliveredAsync(books.Ids[number], version.ToString(CultureInfo.InvariantCulture));
            return await Task.WhenAny(told, Task.Delay(Patience)) == told ? Response.Ok() : Response.Fail(statusCode: "late", message: $"not all were told within {Patience.TotalSeconds} s");
        });
    }
}
