using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Npgsql.Internal;

namespace Platform.Api.Data;

/// <summary>
/// Ends a request's wait for PostgreSQL when its time is up or its caller gone, by closing the connection under it. The
/// statement then fails as on any lost connection, and the caller gets the 503 of one.
/// </summary>
/// <remarks>
/// Not by a cancellation token: to cancel a statement, Npgsql asks the server by a second connection and waits for the
/// outcome, synchronously and on the thread that cancels. A server that is frozen takes the connection and never answers,
/// so that every request cancelled would hold a thread, and soon nobody gets an answer in time. A server that is merely
/// slow ends the statement itself (<c>statement_timeout</c>), and the connection lives.
/// </remarks>
internal sealed class DatabaseDeadline(RequestDelegate next, DatabaseLimits limits)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    public async Task InvokeAsync(HttpContext context, PlatformDbContext db)
    {
        var callerGone = context.RequestAborted;
        context.RequestAborted = CancellationToken.None;
        var wait = new Wait((NpgsqlConnection)db.Database.GetDbConnection());
        // Repeated, because at the first time the request may just be between two statements.
        using var timer = new Timer(static wait => ((Wait)wait!).Break(), wait, limits.RequestDeadline, Again);
        using var early = callerGone.UnsafeRegister(static timer => ((Timer)timer!).Change(TimeSpan.Zero, Again), timer);
        try
        {
            await next(context);
        }
        finally
        {
            wait.End();
            context.RequestAborted = callerGone;
        }
    }

    // The next request may get the same connection, so a timer that comes late must find that the wait has ended.
    private sealed class Wait(NpgsqlConnection connection)
    {
        private readonly Lock _changing = new();
        private bool _ended;

        public void Break()
        {
            lock (_changing)
            {
                if (_ended || GetConnector(connection) is not { } connector)
                {
                    return;
                }

                GetSocket(connector)?.Close();
            }
        }

        public void End()
        {
            lock (_changing)
            {
                _ended = true;
            }
        }
    }

    // Not public; the outage tests fail should they go.
#pragma warning disable NPG9001 // the connector's type is for experts
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    private static extern NpgsqlConnector? GetConnector(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket? GetSocket(NpgsqlConnector connector);
#pragma warning restore NPG9001
}
