using System.Buffers;
using System.Text;
using Platform.Realtime.Subscriptions;

namespace Platform.Realtime.ServerSentEvents;

/// <summary>Tells a client by server-sent events (HTML, 9.2). Only what ends a change has an <c>id</c>: who has it has all up to there.</summary>
internal sealed class EventStreamOutput(HttpContext http) : IFeedOutput
{
    // How long a browser waits before it comes back.
    private const string Retry = "retry: 2000\n";

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when nothing more is told.</summary>
    internal Task Over => _over.Task;

    /// <summary>Begins the answer, with the place that it begins at.</summary>
    internal async Task BeginAsync(string id, CancellationToken cancellationToken)
    {
        var headers = http.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-store";
        // Asks proxies not to keep it until it is whole.
        headers["X-Accel-Buffering"] = "no";
        await http.Response.WriteAsync($"{Retry}id: {id}\n\n", cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        _begun.TrySetResult();
    }

    /// <summary>Ends the answer.</summary>
    internal void End() => _over.TrySetResult();

    /// <inheritdoc />
    public async ValueTask WriteAsync(IReadOnlyList<QueuedNotice> notices, CancellationToken cancellationToken)
    {
        await _begun.Task.WaitAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(1_024);
        foreach (var (_, notice, endsChange) in notices)
        {
            if (notice.IsChange || notice.IsGap)
            {
                buffer.Write("event: "u8);
                buffer.Write(notice.IsGap ? "gap"u8 : "change"u8);
                buffer.Write("\ndata: "u8);
                // In JSON a line ends only where it is escaped.
                buffer.Write(notice.Json.Span);
                buffer.Write("\n"u8);
            }

            if (endsChange)
            {
                buffer.Write("id: "u8);
                buffer.Write(Encoding.ASCII.GetBytes(notice.Id));
                buffer.Write("\n"u8);
            }

            buffer.Write("\n"u8);
        }

        await http.Response.Body.WriteAsync(buffer.WrittenMemory, cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
        if (notices.Any(queued => queued.Notice.Reason == GapReason.Revoked))
        {
            End();
        }
    }

    /// <inheritdoc />
    public void Abort()
    {
        http.Abort();
        End();
    }
}
