using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Pipelines.Sockets.Unofficial;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class StreamConnectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixteen_megabytes_pass_through_TLS_both_ways_at_once_unchanged()
    {
        using var pair = await SocketPair.ConnectAsync();
        using var certificate = ThrowAwayCertificate.Make();
        var (client, server) = await HandshakeAsync(pair, certificate);
        var near = StreamConnection.GetDuplex(client, null, null, "near");
        var far = StreamConnection.GetDuplex(server, null, null, "far");
        var sent = new byte[16 * 1024 * 1024];
        new Random(3).NextBytes(sent);

        var received = await Task.WhenAll(
            CarryAsync(near.Output, far.Input), CarryAsync(far.Output, near.Input)).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.All(received, bytes => Assert.True(sent.AsSpan().SequenceEqual(bytes)));
        Assert.Equal(sent.Length, Assert.IsType<IMeasuredDuplexPipe>(near, exactMatch: false).TotalBytesSent);
        Assert.Equal(sent.Length, Assert.IsType<IMeasuredDuplexPipe>(near, exactMatch: false).TotalBytesReceived);

        async Task<byte[]> CarryAsync(PipeWriter output, PipeReader input)
        {
            var writing = output.WriteAsync(sent, Cancellation);
            var bytes = new List<byte>();
            while (bytes.Count < sent.Length)
            {
                var result = await input.ReadAsync(Cancellation);
                foreach (var segment in result.Buffer)
                    bytes.AddRange(segment.Span);
                input.AdvanceTo(result.Buffer.End);
            }

            await writing;
            return [.. bytes];
        }
    }

    [Fact]
    public async Task A_TLS_connection_cut_in_the_middle_fails_the_reader_and_returns_every_buffer()
    {
        using var pool = new CountingPool();
        using var pair = await SocketPair.ConnectAsync();
        using var certificate = ThrowAwayCertificate.Make();
        var (client, server) = await HandshakeAsync(pair, certificate);
        var connection = StreamConnection.GetDuplex(client, new PipeOptions(pool), new PipeOptions(pool));

        await server.WriteAsync(new byte[10_000], Cancellation);
        await connection.Input.ReadAtLeastAsync(10_000, Cancellation).AsTask().WaitAsync(Soon, Cancellation);
        connection.Input.AdvanceTo(default);
        pair.Far.LingerState = new LingerOption(enable: true, seconds: 0);
        pair.Far.Close();
        var failure = await Record.ExceptionAsync(() => SocketPair.ReadToEndAsync(connection.Input));
        await connection.Input.CompleteAsync();
        await connection.Output.CompleteAsync();
        await pool.AllBack.WaitAsync(Soon, Cancellation);

        Assert.IsType<IOException>(failure, exactMatch: false);
    }

    [Fact]
    public async Task A_reader_over_a_stream_gives_all_of_it_and_then_its_end()
    {
        var bytes = new byte[300_000];
        new Random(5).NextBytes(bytes);

        var read = await SocketPair.ReadToEndAsync(StreamConnection.GetReader(new MemoryStream(bytes)));

        Assert.True(bytes.AsSpan().SequenceEqual(read));
    }

    private static async Task<(SslStream Client, SslStream Server)> HandshakeAsync(SocketPair pair, X509Certificate2 certificate)
    {
        var client = new SslStream(
            new NetworkStream(pair.Near), leaveInnerStreamOpen: false,
            (_, offered, _, _) => offered?.GetCertHashString() == certificate.Thumbprint);
        var server = new SslStream(new NetworkStream(pair.Far));
        await Task.WhenAll(
            client.AuthenticateAsClientAsync("localhost"),
            server.AuthenticateAsServerAsync(certificate)).WaitAsync(Soon, Cancellation);
        return (client, server);
    }
}
