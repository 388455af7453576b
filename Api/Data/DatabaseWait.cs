using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
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
    private readonly PlatformDbContext _db;
    private readonly NpgsqlConnection _connection;
    private readonly DatabaseAdmission? _admission;
    private readonly Timer _timer;
    private readonly CancellationTokenRegistration _early;
    private RateLimitLease? _place;
    private CancellationTokenSource? _admitting;
    private bool _ended;

    /// <param name="db">What waits.</param>
    /// <param name="deadline">How long.</param>
    /// <param name="admission">Who lets it in; null for a part of what has been let in.</param>
    /// <param name="unwanted">Ends the wait at once.</param>
    internal DatabaseWait(PlatformDbContext db, TimeSpan deadline, DatabaseAdmission? admission, CancellationToken unwanted)
    {
        (_db, _admission) = (db, admission);
        _connection = (NpgsqlConnection)db.Database.GetDbConnection();
        db.Wait = this;
        // Repeated, because at the first time the wait may just be between two statements.
        _timer = new Timer(static wait => ((DatabaseWait)wait!).Break(), this, deadline, Again);
        _early = unwanted.UnsafeRegister(static timer => ((Timer)timer!).Change(TimeSpan.Zero, Again), _timer);
    }

    /// <summary>Waits, before the first connection is opened, until not too many use PostgreSQL.</summary>
    /// <exception cref="TimeoutException">Too many do, or the time is up before they do not.</exception>
    internal async ValueTask EnterAsync()
    {
        // Whose time is up, because something else took it (a payment), may still say how it ended: in the tenth of a second
        // until its connection is closed.
        if (_admission is null || _place is not null)
        {
            return;
        }

        var place = _admission.TryEnter() ?? await _admission.EnterAsync(waiting =>
        {
            lock (_changing)
            {
                _admitting = waiting;
            }
        });
        lock (_changing)
        {
            _place = place;
            if (_ended)
            {
                place.Dispose();
            }
        }
    }

    // Whoever comes next may get the same connection, so a timer that comes late must find that the wait has ended.
    public void Dispose()
    {
        lock (_changing)
        {
            _ended = true;
            _place?.Dispose();
            _db.Wait = null;
        }

        _early.Dispose();
        _timer.Dispose();
    }

    private void Break()
    {
        lock (_changing)
        {
            if (_ended)
            {
                return;
            }

            if (GetConnector(_connection) is { } connector)
            {
                GetSocket(connector)?.Close();
            }

            // It may take long yet, with a client that is slow to take its answer.
            _place?.Dispose();
            // Last: whoever waits may go on at once, on this thread.
            _admitting?.Cancel();
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
