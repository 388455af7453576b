using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aspire.Hosting.Engineless.Dashboard;

/// <summary>
/// The part of gRPC over HTTP/2 that a service without compression needs
/// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): a path for each method, messages behind a prefix of five
/// bytes, and the outcome in the trailers.
/// </summary>
internal static class GrpcEndpoints
{
    private const string ContentType = "application/grpc";
    private const int PrefixLength = 5;
    private const int LongestMessage = 4 * 1024 * 1024;

    /// <summary>The outcomes that occur here, by their numbers.</summary>
    public enum Status
    {
        Ok = 0,
        InvalidArgument = 3,
        Unimplemented = 12,
        Internal = 13,
        Unauthenticated = 16,
    }

    /// <summary>Maps a method with one request and one answer.</summary>
    public static void MapUnary<TRequest, TResponse>(this IEndpointRouteBuilder app, string path, MessageParser<TRequest> parser, Func<TRequest, CancellationToken, Task<TResponse>> answer)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> => app.Map(path, parser, async (request, write, aborted) => await write(await answer(request, aborted).ConfigureAwait(false)).ConfigureAwait(false));

    /// <summary>Maps a method with one request and a stream of answers.</summary>
    public static void MapServerStream<TRequest, TResponse>(this IEndpointRouteBuilder app, string path, MessageParser<TRequest> parser, Func<TRequest, CancellationToken, IAsyncEnumerable<TResponse>> answers)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> => app.Map(path, parser, async (request, write, aborted) =>
        {
            await foreach (var message in answers(request, aborted).WithCancellation(aborted).ConfigureAwait(false))
                await write(message).ConfigureAwait(false);
        });

    /// <summary>Maps a method that streams both ways, and has nothing to say: it stays open for as long as the caller wants.</summary>
    public static void MapSilentStream(this IEndpointRouteBuilder app, string path) => app.MapPost(path, async context =>
    {
        await BeginAsync(context).ConfigureAwait(false);
        try
        {
            while (await context.Request.BodyReader.ReadAsync(context.RequestAborted).ConfigureAwait(false) is { IsCompleted: false } read)
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            End(context, Status.Ok);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
    });

    /// <summary>Ends a call with an outcome.</summary>
    public static void End(HttpContext context, Status status, string? message = null)
    {
        context.Response.ContentType ??= ContentType;
        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message is not null)
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
    }

    private static void Map<TRequest>(this IEndpointRouteBuilder app, string path, MessageParser<TRequest> parser, Func<TRequest, Func<IMessage, ValueTask>, CancellationToken, Task> call)
        where TRequest : IMessage<TRequest> => app.MapPost(path, async context =>
        {
            try
            {
                var request = await ReadAsync(context.Request.BodyReader, parser, context.RequestAborted).ConfigureAwait(false);
                await BeginAsync(context).ConfigureAwait(false);
                await call(request, message => WriteAsync(context.Response.BodyWriter, message, context.RequestAborted), context.RequestAborted).ConfigureAwait(false);
                End(context, Status.Ok);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
            {
                End(context, Status.InvalidArgument, e.Message);
            }
            catch (NotSupportedException e)
            {
                End(context, Status.Unimplemented, e.Message);
            }
            catch (Exception e)
            {
                End(context, Status.Internal, e.Message);
            }
        });

    // Headers first: the caller of a stream waits for them, and a message may be long in coming.
    private static Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = ContentType;
        return context.Response.StartAsync(context.RequestAborted);
    }

    private static async Task<TMessage> ReadAsync<TMessage>(PipeReader body, MessageParser<TMessage> parser, CancellationToken aborted)
        where TMessage : IMessage<TMessage>
    {
        while (true)
        {
            var read = await body.ReadAsync(aborted).ConfigureAwait(false);
            if (TryParse(read.Buffer, parser, out var message))
            {
                body.AdvanceTo(read.Buffer.End);
                return message;
            }
            if (read.IsCompleted)
                throw new InvalidDataException("The request ends before its message does.");
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryParse<TMessage>(ReadOnlySequence<byte> buffer, MessageParser<TMessage> parser, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TMessage? message)
        where TMessage : IMessage<TMessage>
    {
        message = default;
        if (buffer.Length < PrefixLength)
            return false;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] != 0)
            throw new NotSupportedException("Compressed messages are not read here.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > LongestMessage)
            throw new InvalidDataException($"A message of {length} bytes is too long.");
        if (buffer.Length < PrefixLength + length)
            return false;
        message = parser.ParseFrom(buffer.Slice(PrefixLength, length));
        return true;
    }

    private static async ValueTask WriteAsync(PipeWriter body, IMessage message, CancellationToken aborted)
    {
        var length = message.CalculateSize();
        var space = body.GetMemory(PrefixLength + length);
        space.Span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(space.Span[1..], length);
        message.WriteTo(space.Span.Slice(PrefixLength, length));
        body.Advance(PrefixLength + length);
        var flushed = await body.FlushAsync(aborted).ConfigureAwait(false);
        if (flushed.IsCompleted)
            aborted.ThrowIfCancellationRequested();
    }
}
