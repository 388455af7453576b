using Platform.Realtime.Access;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime.ServerSentEvents;

/// <summary><c>GET /changes</c>: the same changes for those who cannot use SignalR (docs/realtime.md).</summary>
internal static class EventStream
{
    /// <summary>Where it is.</summary>
    internal const string Path = "/changes";

    internal static void MapEventStream(this WebApplication app) =>
        app.MapGet(Path, TellAsync).WithMetadata(Admission.Required).DisableRequestTimeout();

    private static async Task<IResult> TellAsync(HttpContext http, string? topics, string? after, SubscriberServices services, IHostApplicationLifetime lifetime)
    {
        var names = (topics ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            return Refuse(new SubscriptionException($"topics must be some of {Topic.Forms}, separated by commas.", field: "topics"));
        }

        // A browser that comes back sends the address it began with, and beside it what it had last.
        var last = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : after;
        var output = new EventStreamOutput(http);
        using var subscriber = new Subscriber(services, output, Admission.Of(http), _ => output.End());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            var subscription = await subscriber.SubscribeAsync(names, last, ending.Token);
            await output.BeginAsync(subscription.StartId, ending.Token);
            await StayAsync(services, subscription, output, ending.Token);
        }
        catch (SubscriptionException refused)
        {
            return Refuse(refused);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or this node goes.
        }
        finally
        {
            // Nobody may write to the answer when it is over.
            subscriber.Dispose();
            await subscriber.Feed.StoppedAsync();
        }

        return Results.Empty;
    }

    // Until nothing more is to be told, with a sign of life from time to time.
    private static async Task StayAsync(SubscriberServices services, Subscription subscription, EventStreamOutput output, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(services.Settings.KeepAlive, services.Clock);
        while (true)
        {
            var tick = timer.WaitForNextTickAsync(ending).AsTask();
            if (await Task.WhenAny(tick, output.Over) != tick)
            {
                return;
            }

            await tick;
            services.Fanout.TellPlace(subscription);
        }
    }

    private static IResult Refuse(SubscriptionException refused) => refused.Status == StatusCodes.Status400BadRequest
        ? Results.ValidationProblem(new Dictionary<string, string[]> { [refused.Field == "topic" ? "topics" : refused.Field] = [refused.Message] }, title: "The request is not valid.")
        : Results.Problem(refused.Message, statusCode: refused.Status);
}
