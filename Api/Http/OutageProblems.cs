using System.Net.Sockets;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Platform.Api.Http;

/// <summary>503 for a request that PostgreSQL or Redis could not serve now but may serve soon; the process lives on.</summary>
internal sealed class OutageProblems(IProblemDetailsService problems, ILogger<OutageProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (FindOutage(exception) is not { } outage)
        {
            return false;
        }

        // One line and no stack: under an outage there is one for every request.
        logger.LogWarning("{Method} {Path} answered 503: {Outage}: {Reason}",
            httpContext.Request.Method, httpContext.Request.Path, outage.GetType().Name, outage.Message);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = "1";
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = { Status = StatusCodes.Status503ServiceUnavailable, Detail = "A data store does not answer. Try again shortly." },
        });
    }

    // EF Core wraps what it calls transient in an InvalidOperationException, and a failed save in a DbUpdateException.
    private static Exception? FindOutage(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                // Deadlock and serialisation failures are transient too: the caller's repeat is what mends them.
                case PostgresException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }:
                    return exception;
                case PostgresException:
                    return null;
                case NpgsqlException or TimeoutException or SocketException:
                    return exception;
            }
        }

        return null;
    }
}
