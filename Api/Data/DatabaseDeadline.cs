namespace Platform.Api.Data;

/// <summary>Ends a request's wait for PostgreSQL when its time is up or its caller gone.</summary>
internal sealed class DatabaseDeadline(RequestDelegate next, DatabaseLimits limits, DatabaseAdmission admission)
{
    public async Task InvokeAsync(HttpContext context, PlatformDbContext db)
    {
        var callerGone = context.RequestAborted;
        context.RequestAborted = CancellationToken.None;
        using var wait = new DatabaseWait(db, limits.RequestDeadline, admission, callerGone);
        try
        {
            await next(context);
        }
        finally
        {
            context.RequestAborted = callerGone;
        }
    }
}
