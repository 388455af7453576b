using System.Diagnostics;
using System.Globalization;
using Platform.Tests.Support;

namespace Platform.Tests.Caching;

/// <summary>The race of LoadTests, for a few seconds each: two processes with a cache each, over one real Redis.</summary>
public sealed class CacheRaceTests(Stack stack)
{
    // Generous, since other tests want the processors too: what is late is none of these tests' business, what is stale is.
    private static readonly string[] Unhurried = ["--lag", "15", "--budget", "1000"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nobody_reads_what_was_replaced_before_the_read_began(int seed)
    {
        var (exitCode, output) = await RaceAsync(seed, [.. Unhurried, "--seconds", "4"]);

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("lose")]
    public async Task Nobody_does_while_connections_are_cut_or_Redis_loses_its_memory(string fault)
    {
        var (exitCode, output) = await RaceAsync(3, [.. Unhurried, "--seconds", "5", "--faults", fault]);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task The_same_race_finds_what_a_cache_without_its_fence_does()
    {
        var (exitCode, output) = await RaceAsync(4, [.. Unhurried, "--seconds", "15", "--unfenced"]);

        Assert.True(exitCode == 1, output);
        // It stops at the first of its findings, of which there are several kinds: all of them are old values, and none is a wrong one.
        Assert.Contains("VIOLATION", output, StringComparison.Ordinal);
        Assert.DoesNotContain("never was the value", output, StringComparison.Ordinal);
        Assert.DoesNotContain("still to come", output, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> RaceAsync(int seed, string[] arguments)
    {
        var start = LoadTestsProgram.Start(["race", "cache", "--seed", seed.ToString(CultureInfo.InvariantCulture), "--redis", await stack.RedisConnectionStringAsync(), .. arguments]);
        using var race = Process.Start(start)!;
        try
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            var (output, errors) = (race.StandardOutput.ReadToEndAsync(cancellationToken), race.StandardError.ReadToEndAsync(cancellationToken));
            await race.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
            return (race.ExitCode, await output + await errors);
        }
        finally
        {
            if (!race.HasExited)
                race.Kill(entireProcessTree: true);
        }
    }
}
