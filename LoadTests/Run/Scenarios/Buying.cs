using NBomber.Contracts;
using Platform.LoadTests.Run.Tracked;

namespace Platform.LoadTests.Run.Scenarios;

/// <summary>Many want the same few things: they order, some pay, some give it up again. That there are not enough is an answer, too.</summary>
internal sealed class Buying(LoadedRun run, TrackedShop shop)
{
    internal async Task<IResponse> RunAsync(IScenarioContext context)
    {
        var (answer, order) = await shop.BuyAsync(context.Random, CancellationToken.None);
        if (order is null)
            return answer.ToResponse(answer.Status == 409);
        answer = context.Random.Next(10) switch
        {
            < 3 => await shop.PayAsync(order, CancellationToken.None),
            3 => await shop.GiveUpAsync(order, run.Clock, CancellationToken.None),
            _ => answer,
        };
        return answer.ToResponse(answer.IsGood || answer.Status == 409);
    }
}
