using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Platform.Tests.Support;

namespace Platform.Tests.Api;

public sealed class ShutdownTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_SIGTERM_the_process_still_answers_says_it_is_not_ready_and_ends_well()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        using var client = new HttpClient { BaseAddress = address };
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Platform.Api.dll"), "--urls", address.OriginalString])
        {
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ConnectionStrings__platform"] = fixture.Database.App;
        start.Environment["ConnectionStrings__redis"] = fixture.Database.Redis;
        start.Environment["Identity__KeySecret"] = ApiFixture.KeySecret;
        // Longer than the 2 s after which the command line's own handler of SIGTERM would end the process.
        start.Environment["Shutdown__Delay"] = "00:00:04";
        using var api = Process.Start(start)!;
        try
        {
            await Eventually.HoldsAsync(async () => await ReadyAsync(client) == HttpStatusCode.OK, "ready");

            using (var kill = Process.Start("kill", ["-TERM", $"{api.Id}"]))
                await kill.WaitForExitAsync(Ct);
            var watch = Stopwatch.StartNew();
            await Eventually.HoldsAsync(async () => await ReadyAsync(client) == HttpStatusCode.ServiceUnavailable, "not ready any more");
            var books = await client.GetAsync(new Uri("/api/v1/books", UriKind.Relative), Ct);
            await api.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);

            Assert.Equal(HttpStatusCode.OK, books.StatusCode);
            Assert.Equal(0, api.ExitCode);
            Assert.InRange(watch.Elapsed.TotalSeconds, 3, 30);
        }
        finally
        {
            if (!api.HasExited)
                api.Kill(entireProcessTree: true);
        }
    }

    private static async Task<HttpStatusCode?> ReadyAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync(new Uri("/health", UriKind.Relative), Ct)).StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
