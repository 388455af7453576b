using System.Diagnostics.CodeAnalysis;
using Platform.Realtime.Access;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Realtime.Subscriptions;

/// <summary>One connection of a client: who they are, what they are subscribed to, and what they are yet to be told.</summary>
internal sealed class Subscriber : IDisposable
{
    // What is doubtful is asked again for so long, before it counts as lost.
    private static readonly TimeSpan[] Waits = [TimeSpan.Zero, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];
    private static readonly TimeSpan BeginsWithin = TimeSpan.FromSeconds(10);

    private readonly Fanout _fanout;
    private readonly TopicAccess _access;
    private readonly RealtimeSettings _settings;
    private readonly RealtimeTelemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly ITimer? _expiry;
    private readonly CancellationTokenSource _ended = new();
    private readonly Action<bool> _end;
    private int _isEnded;

    /// <param name="services">What all connections share.</param>
    /// <param name="output">How it is told.</param>
    /// <param name="credentials">Who it is; null for a stranger.</param>
    /// <param name="end">Ends the connection in an orderly way; the argument says whether the client may come back by itself.</param>
    internal Subscriber(SubscriberServices services, IFeedOutput output, Credentials? credentials, Action<bool> end)
    {
        (_fanout, _access, _settings, _telemetry, _clock) = (services.Fanout, services.Access, services.Settings, services.Telemetry, services.Clock);
        Credentials = credentials;
        _end = end;
        Feed = new Feed(output, _settings.Feed, _telemetry, _clock) { HasRoom = _fanout.Continue, Failed = Dispose };
        SessionWarning = credentials is null ? null : $"!session/{credentials.Token.SessionId}";
        Warnings = credentials is null ? [] : [SessionWarning!, $"!user/{credentials.Token.UserId}"];
        if (credentials is not null)
        {
            var left = credentials.Token.ExpiresAt + AccessToken.Skew - _clock.GetUtcNow();
            _expiry = _clock.CreateTimer(_ => End(mayComeBack: true), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        _fanout.Connect(this);
        _telemetry.Connected(1);
    }

    internal Credentials? Credentials { get; }

    internal Feed Feed { get; }

    /// <summary>By topic's name. Guarded by the fanout's lock.</summary>
    internal Dictionary<string, Subscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    /// <summary>The topics, never told, by which it is heard that rights are lost.</summary>
    internal IReadOnlyList<string> Warnings { get; }

    /// <summary>The one of <see cref="Warnings"/> that ends the session.</summary>
    internal string? SessionWarning { get; }

    /// <summary>Subscribes to topics together: they are told in one order.</summary>
    /// <param name="names">As the client wrote them.</param>
    /// <param name="after">From where; null for from now.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The subscription: everything after its <see cref="Subscription.StartId"/> is told.</returns>
    /// <exception cref="SubscriptionException">It is not possible; the message says why.</exception>
    internal async Task<Subscription> SubscribeAsync(IReadOnlyList<string?> names, string? after, CancellationToken cancellationToken)
    {
        var topics = names.Distinct().Select(Parse).ToList();
        ResumePoint? from = after is null ? null
            : ResumePoint.TryParse(after, out var point) ? point
            : throw new SubscriptionException($"after must be {ResumePoint.Forms}.", field: "after");
        await BeginAsync(cancellationToken);
        var subscription = _fanout.Register(this, topics, from, _settings.SubscriptionsPerConnection);
        try
        {
            while (true)
            {
                var doubts = Volatile.Read(ref subscription.Doubts);
                foreach (var topic in topics.Where(topic => topic.NeedsAccess))
                {
                    await _access.CheckAsync(topic, Credentials!, _fanout.Now().Cursor, cancellationToken);
                }

                if (_fanout.TryAdmit(subscription, doubts))
                {
                    break;
                }
            }
        }
        catch
        {
            _fanout.Remove(subscription);
            throw;
        }

        return subscription.State == Subscription.Phase.Ended ? throw new SubscriptionException("The subscription was ended before it began.") : subscription;
    }

    /// <summary>Ends a subscription; when it is over nothing more of it comes.</summary>
    /// <exception cref="SubscriptionException">There is none.</exception>
    internal async Task UnsubscribeAsync(string? name)
    {
        if (name is null || _fanout.Find(this, name) is not { } subscription || !_fanout.Remove(subscription))
        {
            throw new SubscriptionException($"You are not subscribed to {Shown(name)}.");
        }

        await Feed.RemoveAsync(subscription);
    }

    /// <summary>Asks again whether a subscription may be told that has been held back, and goes on with it or ends it.</summary>
    internal void Review(Subscription subscription) => ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.This.ReviewAsync(state.subscription), (This: this, subscription), preferLocal: false);

    /// <summary>The client's session is over: it must log in anew.</summary>
    internal void EndSession() => ThreadPool.UnsafeQueueUserWorkItem(static subscriber => subscriber.End(mayComeBack: false), this, preferLocal: false);

    /// <summary>Ends all that is for this connection.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 1)
        {
            return;
        }

        _expiry?.Dispose();
        _ended.Cancel();
        _fanout.Disconnect(this);
        Feed.Dispose();
        _telemetry.Connected(-1);
    }

    private void End(bool mayComeBack)
    {
        if (Volatile.Read(ref _isEnded) == 0)
        {
            _end(mayComeBack);
        }
    }

    private Topic Parse(string? name) => Topic.TryParse(name, Credentials?.Token.UserId, out var topic)
        ? topic.NeedsAccess && Credentials is null
            ? throw new SubscriptionException($"Log in to subscribe to {topic.Name}.", StatusCodes.Status401Unauthorized)
            : topic
        : throw new SubscriptionException($"There is no topic {Shown(name)}: topics are {Topic.Forms}.");

    private static string Shown(string? name) => name is null ? "null" : $"'{(name.Length > 60 ? name[..60] + "…" : name)}'";

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _fanout.Begun.WaitAsync(BeginsWithin, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new SubscriptionException("The stream of changes cannot be read at the moment: try again.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails of asking, nobody is told who might not be allowed to.")]
    private async Task ReviewAsync(Subscription subscription)
    {
        for (var attempt = 0; ;)
        {
            try
            {
                await Task.Delay(Waits[attempt], _clock, _ended.Token);
                var doubts = Volatile.Read(ref subscription.Doubts);
                foreach (var topic in subscription.Topics.Where(topic => topic.NeedsAccess))
                {
                    await _access.CheckAsync(topic, Credentials!, _fanout.Now().Cursor, _ended.Token);
                }

                if (_fanout.TryAdmit(subscription, doubts))
                {
                    return;
                }
            }
            catch (SubscriptionException refused) when (refused.Status != StatusCodes.Status503ServiceUnavailable)
            {
                _fanout.Revoke(subscription);
                if (refused.Status == StatusCodes.Status401Unauthorized)
                {
                    End(mayComeBack: false);
                }

                return;
            }
            catch (Exception) when (!_ended.IsCancellationRequested && ++attempt < Waits.Length)
            {
                // It is asked again.
            }
            catch (Exception)
            {
                _fanout.Revoke(subscription);
                return;
            }
        }
    }
}
