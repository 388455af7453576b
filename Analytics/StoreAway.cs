using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics;

/// <summary>A request that Cosmos DB could not answer is answered 503: asked again later, it may well be.</summary>
internal sealed class StoreAway(IProblemDetailsService problems, ILogger<StoreAway> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Nobody waits for the answer any more, or it is not Cosmos DB that was asked.
        if (exception is not (CosmosException or CosmosOperationCanceledException) || httpContext.RequestAborted.IsCancellationRequested)
            return false;
        logger.NotAnswered(httpContext.Request.Path, exception is CosmosException { StatusCode: var status } ? $"answered {(int)status}" : "did not answer in time");
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = { Status = StatusCodes.Status503ServiceUnavailable } }).ConfigureAwait(false);
    }
}
