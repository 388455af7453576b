using System.Net;
using System.Net.Http.Headers;
using Platform.Realtime.Changes;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime.Access;

/// <summary>Asks the Api whether somebody may be told of a topic: it alone knows who may what.</summary>
/// <remarks>
/// Only so many questions are on their way at once, each for a short time: a client waits for its own answer, and for
/// nobody's that does not come.
/// </remarks>
internal sealed class TopicAccess(HttpClient api, RealtimeSettings settings, RealtimeTelemetry telemetry) : IDisposable
{
    private readonly SemaphoreSlim _free = new(settings.AccessAtOnce);

    public void Dispose() => _free.Dispose();

    /// <summary>Returns when the topic may be told.</summary>
    /// <param name="topic">Which.</param>
    /// <param name="credentials">To whom.</param>
    /// <param name="asOf">What this node has heard already counts.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="SubscriptionException">It may not; or, with the status 503, the Api does not say.</exception>
    internal async Task CheckAsync(Topic topic, Credentials credentials, ChangePosition asOf, CancellationToken cancellationToken)
    {
        var status = await AskAsync(topic, credentials, asOf, cancellationToken);
        switch (status)
        {
            case HttpStatusCode.NoContent:
                return;
            case HttpStatusCode.Unauthorized:
                throw new SubscriptionException("Your session has ended: log in.", StatusCodes.Status401Unauthorized);
            case HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.BadRequest:
                throw new SubscriptionException($"There is no {topic.Name} for you.", (int)status);
            default:
                telemetry.Failed(FailureReason.Access);
                throw new SubscriptionException($"Whether you may subscribe to {topic.Name} cannot be found out at the moment: try again.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    // Null when there was no answer.
    private async Task<HttpStatusCode?> AskAsync(Topic topic, Credentials credentials, ChangePosition asOf, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.AccessTimeout);
        var isFree = false;
        try
        {
            await _free.WaitAsync(limit.Token);
            isFree = true;
            using var question = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/v1/auth/access?topic={Uri.EscapeDataString(topic.Name)}", UriKind.Relative));
            question.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credentials.Text);
            // A right that is known here to be lost must not be given by an older answer.
            question.Headers.Add("Platform-Min-Lsn", ResumePoint.StateWith(asOf));
            using var answer = await api.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return answer.StatusCode;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            if (isFree)
            {
                _free.Release();
            }
        }
    }
}
