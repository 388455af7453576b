using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Pipelines.Sockets.Unofficial;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class SocketConnectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_other_side_sent_before_it_ended_is_read_and_our_answer_still_goes_out()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, null);

        await pair.Far.SendAsync("last words"u8.ToArray());
        pair.Far.Shutdown(SocketShutdown.Send);
        var read = await SocketPair.ReadToEndAsync(connection.Input);
        await connection.Output.WriteAsync("answer"u8.ToArray(), Cancellation);
        await connection.Output.CompleteAsync();
        var answer = await SocketPair.ReadToEndAsync(pair.Far);

        Assert.Equal("last words", Encoding.UTF8.GetString(read));
        Assert.Equal("answer", answer);
        Assert.Equal(PipeShutdownKind.ReadEndOfStream, connection.ShutdownKind);
        Assert.Equal(10, connection.BytesRead);
        Assert.Equal(6, connection.BytesSent);
    }

    [Fact]
    public async Task Who_reads_while_another_completes_the_reader_finds_the_end()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, null);
        await pair.Far.SendAsync("reply"u8.ToArray());
        var read = await connection.Input.ReadAsync(Cancellation);

        await connection.Input.CompleteAsync();
        connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);

        Assert.True((await connection.Input.ReadAsync(Cancellation)).IsCompleted);
        Assert.True(connection.Input.TryRead(out var ended) && ended.IsCompleted);
    }

    [Fact]
    public async Task After_we_have_ended_our_stream_we_still_hear_the_other_side()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, null);

        await connection.Output.WriteAsync("question"u8.ToArray(), Cancellation);
        await connection.Output.CompleteAsync();
        var question = await SocketPair.ReadToEndAsync(pair.Far);
        await pair.Far.SendAsync("late answer"u8.ToArray());
        pair.Far.Shutdown(SocketShutdown.Send);
        var answer = await SocketPair.ReadToEndAsync(connection.Input);

        Assert.Equal("question", question);
        Assert.Equal("late answer", Encoding.UTF8.GetString(answer));
        Assert.Equal(PipeShutdownKind.WriteEndOfStream, connection.ShutdownKind);
    }

    [Fact]
    public async Task Sixty_four_megabytes_pass_both_ways_at_once_unchanged()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var near = SocketConnection.Create(pair.Near, null, null);
        using var far = SocketConnection.Create(pair.Far, null, null);

        var reports = await Task.WhenAll(
            WriteAsync(near.Output), WriteAsync(far.Output), ReadAsync(near.Input), ReadAsync(far.Input)).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.All(reports, report => Assert.Equal(reports[0], report));

        static async Task<(long Length, ulong Hash)> WriteAsync(PipeWriter output)
        {
            var random = new Random(7);
            var block = new byte[64 * 1024];
            ulong hash = 0;
            for (var i = 0; i < 1024; i++)
            {
                random.NextBytes(block);
                foreach (var value in block)
                    hash = hash * 31 + value;
                await output.WriteAsync(block, Cancellation);
            }

            await output.CompleteAsync();
            return (64L * 1024 * 1024, hash);
        }

        static async Task<(long Length, ulong Hash)> ReadAsync(PipeReader input)
        {
            long length = 0;
            ulong hash = 0;
            while (true)
            {
                var result = await input.ReadAsync(Cancellation);
                foreach (var segment in result.Buffer)
                {
                    foreach (var value in segment.Span)
                        hash = hash * 31 + value;
                }

                length += result.Buffer.Length;
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return (length, hash);
            }
        }
    }

    [Fact]
    public async Task A_reader_that_does_not_read_stops_the_sender_instead_of_filling_memory()
    {
        using var pool = new CountingPool();
        using var pair = await SocketPair.ConnectAsync();
        var options = new PipeOptions(pool, pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, minimumSegmentSize: 4096);
        using var near = SocketConnection.Create(pair.Near, options, options);
        using var far = SocketConnection.Create(pair.Far, options, options);

        // Until the near pipe has taken all it may and the far one takes no more either.
        const long FarTooMuch = 256 * 1024 * 1024;
        var block = new byte[16 * 1024];
        var sent = 0L;
        Task<FlushResult> flush;
        do
        {
            flush = far.Output.WriteAsync(block, Cancellation).AsTask();
            sent += block.Length;
            while (!flush.IsCompleted && !NearIsFull())
                await Task.Yield();
        }
        while (sent < FarTooMuch && flush.IsCompleted);
        var lentAtTheStop = pool.Most;
        var read = 0L;
        while (read < sent)
        {
            var result = await near.Input.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);
            read += result.Buffer.Length;
            near.Input.AdvanceTo(result.Buffer.End);
        }

        await flush.WaitAsync(Soon, Cancellation);

        Assert.NotEqual(FarTooMuch, sent);
        Assert.InRange(lentAtTheStop, 1, 2 * (64 + 16 + 8) / 4);
        Assert.Equal(sent, read);

        bool NearIsFull() => near.GetCounters().BytesWaitingToBeRead >= 64 * 1024;
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_told_from_one_that_ended()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, null);

        pair.Far.LingerState = new LingerOption(enable: true, seconds: 0);
        pair.Far.Close();
        var failure = await Assert.ThrowsAsync<ConnectionResetException>(() => SocketPair.ReadToEndAsync(connection.Input));

        Assert.IsType<SocketException>(failure.InnerException);
        Assert.Equal(PipeShutdownKind.ReadSocketError, connection.ShutdownKind);
        Assert.Equal(SocketError.ConnectionReset, connection.SocketError);
        Assert.False(connection.TrySetProtocolShutdown(PipeShutdownKind.ProtocolExitClient));
    }

    [Fact]
    public async Task Writing_to_a_connection_that_was_cut_ends_instead_of_filling_the_pipe()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, null);

        pair.Far.LingerState = new LingerOption(enable: true, seconds: 0);
        pair.Far.Close();
        var failure = await Record.ExceptionAsync(async () =>
        {
            // Far more than the kernel's buffers hold.
            for (var i = 0; i < 100_000; i++)
                await connection.Output.WriteAsync(new byte[1024], Cancellation).AsTask().WaitAsync(Soon, Cancellation);
        });

        Assert.IsType<SocketException>(failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_buffer_goes_back_to_the_pool_when_a_connection_is_dropped(bool whileDataWaits)
    {
        using var pool = new CountingPool();
        using var pair = await SocketPair.ConnectAsync();
        var options = new PipeOptions(pool);
        var connection = SocketConnection.Create(pair.Near, options, options);
        if (whileDataWaits)
        {
            await pair.Far.SendAsync(new byte[100_000]);
            await connection.Input.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);
            connection.Output.Write(new byte[100_000]);
        }
        else
        {
            await connection.Output.WriteAsync("hello"u8.ToArray(), Cancellation);
        }

        // In the order of a client that gives up; the receiving thread is waiting for data all the while.
        connection.Input.CancelPendingRead();
        await connection.Input.CompleteAsync();
        connection.Output.CancelPendingFlush();
        await connection.Output.CompleteAsync();
        connection.Dispose();
        connection.Dispose();
        await pool.AllBack.WaitAsync(Soon, Cancellation);

        Assert.Equal(0, pool.Lent);
    }

    [Fact]
    public async Task The_receiving_thread_ends_when_nobody_wants_to_read_any_more()
    {
        using var pool = new CountingPool();
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, new PipeOptions(pool));

        await connection.Input.CompleteAsync();
        await pool.AllBack.WaitAsync(Soon, Cancellation);

        Assert.Equal(PipeShutdownKind.InputReaderCompleted, connection.ShutdownKind);
    }

    [Fact]
    public async Task The_first_reason_for_the_end_is_the_one_that_is_told()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var connection = SocketConnection.Create(pair.Near, null, null);

        var refused = connection.TrySetProtocolShutdown(PipeShutdownKind.ReadException);
        var noted = connection.TrySetProtocolShutdown(PipeShutdownKind.ProtocolExitServer);
        connection.Dispose();

        Assert.False(refused);
        Assert.True(noted);
        Assert.Equal(PipeShutdownKind.ProtocolExitServer, connection.ShutdownKind);
    }
}
