using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Platform.Tests.AppHost;

/// <summary>How the stack starts, ends and comes back, seen from outside the AppHost's process.</summary>
public sealed class LifecycleTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly string _data = Directory.CreateTempSubdirectory("platform-lifecycle-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Ctrl_C_ends_everything_in_good_order_within_10_seconds_and_the_data_is_there_again()
    {
        await using (var first = AppHostProcess.Start(_data))
        {
            await first.StartedAsync();
            await ExecuteAsync(first, "CREATE TABLE kept (id int)");
            var processes = first.Descendants();

            first.Signal("INT");
            await first.ExitedAsync(TimeSpan.FromSeconds(10));

            Assert.Equal(0, first.ExitCode);
            await EndedAsync(processes, TimeSpan.FromSeconds(5));
            Assert.Contains(first.Output, line => line.EndsWith("database system is shut down", StringComparison.Ordinal));
            Assert.True(IndexOf(first, "api", "Finished") < IndexOf(first, "postgres", "Stopping"), "the api must end before its database");
        }

        await using var second = AppHostProcess.Start(_data);
        await second.StartedAsync();

        Assert.Equal(0L, await ExecuteAsync(second, "SELECT count(*) FROM kept"));
        Assert.DoesNotContain(second.Output, line => line.Contains("was not properly shut down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killing_the_app_host_leaves_no_process_behind_and_reset_begins_anew()
    {
        await using (var killed = AppHostProcess.Start(_data))
        {
            await killed.StartedAsync();
            await ExecuteAsync(killed, "CREATE TABLE wiped (id int)");
            var processes = killed.Descendants();
            Assert.True(processes.Count > 10, "PostgreSQL, Redis, Prometheus and the services");

            killed.Signal("KILL");
            await killed.ExitedAsync(TimeSpan.FromSeconds(10));

            await EndedAsync(processes, TimeSpan.FromSeconds(10));
        }

        await using var fresh = AppHostProcess.Start(_data, "--reset");
        await fresh.StartedAsync();

        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(fresh, "SELECT count(*) FROM wiped"));
    }

    [Fact]
    public async Task Killing_dotnet_run_stops_the_stack()
    {
        await using var launcher = AppHostProcess.DotnetRun(_data);
        await launcher.StartedAsync();
        var processes = launcher.Descendants();

        launcher.Signal("KILL");

        await EndedAsync(processes, TimeSpan.FromSeconds(20));
        Assert.Contains(launcher.Output, line => line.EndsWith("database system is shut down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_resource_that_dies_is_shown_as_failed_with_its_last_20_lines_and_stays_dead()
    {
        await using var host = AppHostProcess.Start(_data);
        await host.StartedAsync();
        var api = host.Descendants().Single(process => CommandLine(process).Contains("Platform.Api.dll", StringComparison.Ordinal));
        var logged = host.Output.Select(line => AppHostProcess.Said(line, "api", '|')).OfType<string>().ToArray();

        api.Kill();
        var title = await host.LineAsync(line => line.StartsWith("api failed:", StringComparison.Ordinal));

        Assert.Equal($"api failed: Finished (exit code 137). Its last {Math.Min(20, logged.Length)} lines:", title);
        await host.LineAsync(line => line == "    " + logged[^1]);
        Assert.DoesNotContain(host.Descendants(), process => CommandLine(process).Contains("Platform.Api.dll", StringComparison.Ordinal));
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(host.Address("prometheus"), "/-/ready"), Ct)).StatusCode);
    }

    [Fact]
    public async Task A_taken_port_ends_the_app_host_with_one_sentence()
    {
        using var redis = new TcpListener(IPAddress.Loopback, 6379);
        try
        {
            redis.Start();
        }
        catch (SocketException)
        {
            // Another one has it, which serves as well.
        }
        await using var host = AppHostProcess.Start(_data, "--DcpPublisher:RandomizePorts=false");

        await host.ExitedAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, host.ExitCode);
        Assert.Matches("^Port [0-9]+ is taken: stop the program that listens on it, or give endpoint '.+' of '.+' another port",
            Assert.Single(host.Output, line => !line.StartsWith("There is no dashboard", StringComparison.Ordinal)));
    }

    private static Task EndedAsync(IEnumerable<Process> processes, TimeSpan timeout) =>
        Task.WhenAll(processes.Select(process => process.WaitForExitAsync(Ct))).WaitAsync(timeout, Ct);

    private static int IndexOf(AppHostProcess host, string resource, string state) =>
        host.Output.Index().First(line => AppHostProcess.Said(line.Item, resource, ':')?.StartsWith(state, StringComparison.Ordinal) == true).Index;

    private static string CommandLine(Process process)
    {
        var path = $"/proc/{process.Id}/cmdline";
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // it has ended in the meantime
        }
    }

    private static async Task<object?> ExecuteAsync(AppHostProcess host, string statement)
    {
        await using var connection = await host.OpenDatabaseAsync();
#pragma warning disable CA2100 // the statements are the tests' own
        await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
