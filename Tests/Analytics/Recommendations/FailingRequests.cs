using Microsoft.Azure.Cosmos;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>Ends everything before a request, as the death of a process does.</summary>
/// <param name="from">The number of the first request that is not made.</param>
internal sealed class FailingRequests(int from) : RequestHandler
{
    private int _made;

    /// <summary>How many were made or tried.</summary>
    internal int Made => Volatile.Read(ref _made);

    public override Task<ResponseMessage> SendAsync(RequestMessage request, CancellationToken cancellationToken) =>
        Interlocked.Increment(ref _made) > from ? throw new InvalidOperationException("died") : base.SendAsync(request, cancellationToken);
}
