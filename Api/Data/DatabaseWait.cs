using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Npgsql.Internal;

namespace Platform.Api.Data;

/// <summary>
/// A wait for PostgreSQL that ends when its time is up or nobody wants its outcome, by closing the connection under it.
/// The statement then fails as on any lost connection, and whoever waits gets the 503 of one.
/// </summary>
/// <remarks>
/// Not by a cancellation token: to cancel a statement, Npgsql asks the server by a second connection and waits for the
/// outcome, synchronously and on the thread that cancels. A server that is frozen takes the connection and never answers,
/// so that every request cancelled would hold a thread, and soon nobody gets an answer in time. A server that is merely
/// slow ends the statement itself (<c>statement_timeout</c>), and the connection lives.
/// </remarks>
internal sealed class DatabaseWait : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    private readonly Lock _changing = new();
    private readonly NpgsqlConnection _connection;
    private readonly Timer _timer;
    private readonly CancellationTokenRegistration _early;
    private bool _ended;

    /// <param name="db">What waits.</param>
    /// <param name="deadline">How long.</param>
    /// <param name="unwanted">Ends the wait at once.</param>
    internal DatabaseWait(PlatformDbContext db, TimeSpan deadline, CancellationToken unwanted)
    {
        _connection = (NpgsqlConnection)db.Database.GetDbConnection();
        // Repeated, because at the first time the wait may just be between two statements.
        _timer = new Timer(static wait => ((DatabaseWait)wait!).Break(), this, deadline, Again);
        _early = unwanted.UnsafeRegister(static timer => ((Timer)timer!).Change(TimeSpan.Zero, Again), _timer);
    }

    // Whoever comes next may get the same connection, so a timer that comes late must find that the wait has ended.
    public void Dispose()
    {
        lock (_changing)
        {
            _ended = true;
        }

        _early.Dispose();
        _timer.Dispose();
    }

    private void Break()
    {
        lock (_changing)
        {
            if (_ended || GetConnector(_connection) is not { } connector)
            {
                return;
            }

            GetSocket(connector)?.Close();
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
