using System.Diagnostics;
using System.Net;
using Platform.Tests.Support;

namespace Platform.Tests.Api;

public sealed class ShutdownTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_SIGTERM_the_process_still_answers_says_it_is_not_ready_and_ends_well()
    {
        // Longer than the 2 s after which the command line's own handler of SIGTERM would end the process.
        await using var api = await ApiProcess.StartAsync(fixture.Database, ("Shutdown__Delay", "00:00:04"));
        using var client = api.CreateClient();

        using (var kill = Process.Start("kill", ["-TERM", $"{api.Process.Id}"]))
            await kill.WaitForExitAsync(Ct);
        var watch = Stopwatch.StartNew();
        await Eventually.HoldsAsync(async () => await ReadyAsync(client) == HttpStatusCode.ServiceUnavailable, "not ready any more");
        var books = await client.GetAsync(new Uri("/api/v1/books", UriKind.Relative), Ct);
        await api.Process.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.Equal(HttpStatusCode.OK, books.StatusCode);
        Assert.Equal(0, api.Process.ExitCode);
        Assert.InRange(watch.Elapsed.TotalSeconds, 3, 30);
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
}
