using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Caching;

namespace Platform.Api.Http;

/// <summary>
/// Says with each answer to a write at which position of the WAL all that it wrote is committed, and with each answer to a read
/// up to which position it lacks nothing (docs/consistency.md).
/// </summary>
/// <remarks>
/// It is read by a statement of its own, after whatever the endpoint committed and on the same connection, whichever
/// way it wrote; an answer that repeats what an earlier request did has the position of now, which is past that one's too.
/// </remarks>
internal sealed partial class CommitPosition(RequestDelegate next, CacheManager cache, ILogger<CommitPosition> logger)
{
    internal const string Header = "Platform-Lsn";

    // What is flushed is the least that a commit waits for, and all that a standby or a reader of the WAL can ever have:
    // the end of what is inserted may be half a transaction of somebody else's, which nobody flushes for a while. Only
    // where commits are asked not to wait, theirs may not be flushed yet. (A transaction that asks so for itself alone is
    // not seen here: it must not be one that an answer calls done.)
    private const string Position =
        "SELECT (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END)::text";

    public async Task InvokeAsync(HttpContext context, PlatformDbContext db)
    {
        var method = context.Request.Method;
        if (!ReadPosition.TryRead(context.Request, out _))
        {
            await ReadPosition.Refusal().ExecuteAsync(context);
            return;
        }

        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method))
        {
            // What comes here is read from the database, which shows whatever is committed by now.
            ReadPosition.Say(context.Response.Headers, cache.Applied);
            await next(context);
            return;
        }

        context.Response.OnStarting(() => SayAsync(context, db));
        await next(context);
        // An answer without a body has not begun yet.
        if (!context.Response.HasStarted)
        {
            await SayAsync(context, db);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong here, the write is done and its answer made.")]
    private async Task SayAsync(HttpContext context, PlatformDbContext db)
    {
        if (context.Response.StatusCode is < 200 or > 299 || context.Response.Headers.ContainsKey(Header))
        {
            return;
        }

        try
        {
            context.Response.Headers[Header] = await ReadAsync(db);
        }
        catch (Exception cause)
        {
            // What is committed is not to be answered with an error. That there is no connection to be had, EF says otherwise
            // than that a statement failed.
            PositionUnknown(logger, cause.Message);
        }
    }

    private static async Task<string> ReadAsync(PlatformDbContext db)
    {
        await db.Database.OpenConnectionAsync();
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = Position;
            return (string)(await command.ExecuteScalarAsync())!;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    // Warning: the caller has its answer, and cannot ask for what is at least as new.
    [LoggerMessage(EventId = 2401, Level = LogLevel.Warning, Message = "The position of a commit could not be read, the answer goes without: {Cause}")]
    private static partial void PositionUnknown(ILogger logger, string cause);
}
