using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using StackExchange.Redis.Profiling;

namespace Aspire.StackExchange.Redis;

/// <summary>Makes a span of each command, under the span that was current where the command was given.</summary>
/// <remarks>
/// StackExchange.Redis notes what it did in the session of the caller; the notes become spans up to a second later, with
/// the times at which things happened. Without anybody who listens to the source there are no sessions and no cost.
/// </remarks>
internal sealed class RedisTraces : IDisposable
{
    /// <summary>The name under which the spans are known elsewhere, so that it can be subscribed to by habit.</summary>
    public const string SourceName = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly ActivitySource _source = new(SourceName);
    private readonly ProfilingSession _withoutParent = new();
    private readonly ConcurrentDictionary<Activity, ProfilingSession> _sessions = new();
    private readonly ITimer _timer;

    public RedisTraces()
        => _timer = TimeProvider.System.CreateTimer(static traces => ((RedisTraces)traces!).Flush(), this, FlushEvery, FlushEvery);

    public ProfilingSession? SessionOfCaller()
        => !_source.HasListeners() ? null
            : Activity.Current is { } parent ? _sessions.GetOrAdd(parent, static _ => new ProfilingSession())
            : _withoutParent;

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
        _source.Dispose();
    }

    private void Flush()
    {
        Write(_withoutParent, default);
        foreach (var (parent, session) in _sessions)
        {
            // Looked at before the session is emptied: what an ended caller gave is in it by then.
            var ended = parent.IsStopped;
            Write(session, parent.Context);
            if (ended)
                _sessions.TryRemove(parent, out _);
        }
    }

    private void Write(ProfilingSession session, ActivityContext parent)
    {
        foreach (var command in session.FinishProfiling())
        {
            using var span = _source.StartActivity(
                command.Command, ActivityKind.Client, parent, startTime: command.CommandCreated);
            span?.SetTag("db.system", "redis");
            span?.SetTag("db.statement", command.Command);
            span?.SetTag("db.redis.database_index", command.Db);
            switch (command.EndPoint)
            {
                case DnsEndPoint dns:
                    span?.SetTag("server.address", dns.Host).SetTag("server.port", dns.Port);
                    break;
                case IPEndPoint ip:
                    span?.SetTag("server.address", ip.Address.ToString()).SetTag("server.port", ip.Port);
                    break;
            }

            span?.SetEndTime(command.CommandCreated + command.ElapsedTime);
        }
    }
}
