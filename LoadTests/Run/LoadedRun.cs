using Platform.Api.Identity.Accounts;
using Platform.LoadTests.Run.Journeys;
using Platform.LoadTests.Run.Stacks;
using Platform.LoadTests.Run.Tracked;

namespace Platform.LoadTests.Run;

/// <summary>A stack with all that a load needs: what to ask for, and things of the run's own whose history is recorded.</summary>
internal sealed class LoadedRun : IAsyncDisposable
{
    private const int Books = 20;

    private readonly Account? _admin;

    private LoadedRun(LoadedStack stack, Tally tally)
    {
        (Stack, Tally) = (stack, tally);
        Caller = new Caller(stack.Apis, Clock, tally);
        _admin = stack.AdminPassword is { } password ? new Account(Caller, FirstAdministrator.UsualEmail, password) : null;
    }

    internal LoadedStack Stack { get; }

    internal Tally Tally { get; }

    internal RunClock Clock { get; } = new();

    internal Caller Caller { get; }

    internal Feed Feed { get; private set; } = null!;

    /// <summary>Null when nothing can be written.</summary>
    internal TrackedBooks? Tracked { get; private set; }

    /// <summary>Null when nothing can be written, or nothing is sold.</summary>
    internal TrackedShop? Shop { get; private set; }

    /// <summary>Null when nobody listens.</summary>
    internal Subscribers? Subscribers { get; private set; }

    /// <param name="stack">What is loaded.</param>
    /// <param name="tally">What becomes of requests.</param>
    /// <param name="copies">How many copies of each variant are sold; 0 for no shop.</param>
    /// <param name="subscribers">How many listen.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<LoadedRun> PrepareAsync(LoadedStack stack, Tally tally, int copies, int subscribers, CancellationToken cancellationToken)
    {
        var run = new LoadedRun(stack, tally);
        try
        {
            run.Feed = await Feed.ReadAsync(run.Caller, cancellationToken);
            if (run._admin is null)
                return run;
            run.Tracked = await TrackedBooks.CreateAsync(run.Caller, run._admin, Books, cancellationToken);
            if (copies > 0)
                run.Shop = await TrackedShop.OpenAsync(run.Caller, run._admin, run.Tracked.Ids[0], copies, stack.Buyers, cancellationToken);
            if (subscribers > 0)
                run.Subscribers = new Subscribers(stack.Realtime, run.Tracked.Ids, subscribers);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Subscribers is not null)
            await Subscribers.DisposeAsync();
        if (Tracked is not null)
            await Tracked.DisposeAsync();
        Shop?.Dispose();
        _admin?.Dispose();
        Caller.Dispose();
    }
}
