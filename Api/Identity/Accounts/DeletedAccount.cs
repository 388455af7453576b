using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Platform.Api.Identity.Accounts;

/// <summary>
/// Answers a request whose account was deleted while it was carried out: what it would have written was nobody's by then, and the database
/// refused it. So it is with every later one: 401.
/// </summary>
internal sealed class DeletedAccount(IProblemDetailsService problems) : IExceptionHandler
{
    // As EF Core names a reference to the table of accounts.
    private const string Reference = "_users_user_id";

    /// <inheritdoc />
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception.GetBaseException() is not PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: { } reference } || !reference.EndsWith(Reference, StringComparison.Ordinal))
            return false;
        httpContext.Response.StatusCode = StatusCodes.Status401Unauthorized;
        var problem = new ProblemDetails { Status = StatusCodes.Status401Unauthorized, Detail = "The account does not exist any more." };
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
    }
}
