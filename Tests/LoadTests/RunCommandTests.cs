using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Platform.LoadTests.Run;
using Platform.Tests.Support;

namespace Platform.Tests.LoadTests;

/// <summary>Loads as they are run: against a stack that is there, and refused where they cannot be.</summary>
public sealed class RunCommandTests(Stack stack)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_load_on_the_running_stack_is_measured_and_says_what_it_could_not_judge()
    {
        var app = await stack.AppAsync();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("api", Token).WaitAsync(Patience, Token);
        var reports = Directory.CreateTempSubdirectory("load-").FullName;
        try
        {
            var (exitCode, output) = await RunAsync("run", "reading", "--duration", "5s", "--warm-up", "1s", "--rate", "10", "--stack", app.GetEndpoint("api").ToString(), "--reports", reports);

            // On a busy machine not every objective may be kept; it was measured all the same.
            Assert.True(exitCode is 0 or 1, output);
            Assert.Contains("no read older than promised: NOT JUDGED", output, StringComparison.Ordinal);
            var result = RunResult.Read(Path.Combine(reports, "reading.json"));
            Assert.Equal("reading", result.Scenario);
            Assert.True(result.Figures.Single(figure => figure.Name == "browse, good answers").Samples.Sum() > 0, output);
        }
        finally
        {
            Directory.Delete(reports, recursive: true);
        }
    }

    [Theory]
    [InlineData("--duration must be a time above 0", "--duration", "soon")]
    [InlineData("--rate must be from 1 to 1000000.", "--rate", "0")]
    [InlineData("--chaos knows no redis-explode", "--chaos", "redis-explode")]
    [InlineData("--stack must be addresses such as http://localhost:5100; 'here' is none.", "--stack", "here")]
    [InlineData("--chaos breaks only a stack that the run has started", "--chaos", "redis-kill", "--stack", "http://127.0.0.1:9")]
    public async Task What_cannot_be_run_is_refused_before_anything_is_started(string what, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(["run", "browse", .. arguments]);

        Assert.Equal(2, exitCode);
        Assert.StartsWith(what, output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(LoadTestsProgram.Start(arguments))!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
            await process.WaitForExitAsync(Token).WaitAsync(Patience, Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
