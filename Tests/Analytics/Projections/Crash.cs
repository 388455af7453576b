using System.Net;

namespace Platform.Tests.Analytics.Projections;

/// <summary>The end of whoever sends requests through it, at one of them: before it is sent, or once it is done and before that is known.</summary>
internal sealed class Crash(int atRequest, bool isSent) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly CancellationTokenSource _ended = new();
    private int _requests;

    /// <summary>Ends everything that it does when it happens.</summary>
    public CancellationToken Token => _ended.Token;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _requests) < atRequest)
            return await base.SendAsync(request, cancellationToken);
        if (_requests == atRequest && isSent)
            (await base.SendAsync(request, CancellationToken.None)).Dispose();
        await _ended.CancelAsync();
        throw new HttpRequestException("It is dead.", null, HttpStatusCode.ServiceUnavailable);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            _ended.Dispose();
    }
}
