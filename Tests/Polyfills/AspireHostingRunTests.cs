using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Tests.Polyfills;

/// <summary>What becomes of a model when it runs; the resources are shell scripts and a Redis.</summary>
public sealed class AspireHostingRunTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_resource_starts_only_when_the_one_it_waits_for_is_healthy()
    {
        var isHealthy = false;
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("gate", () => Volatile.Read(ref isHealthy) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var server = Script(builder, "server", "sleep 60").WithHealthCheck("gate");
        Script(builder, "client", "sleep 60").WaitFor(server);
        await using var app = await StartAsync(builder);
        await app.ResourceNotifications.WaitForResourceAsync("server", c => c.Snapshot.HealthReports is [{ Status: HealthStatus.Unhealthy }], Ct).WaitAsync(Patience, Ct);

        var before = State(app, "client");
        Volatile.Write(ref isHealthy, true);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("client", Ct).WaitAsync(Patience, Ct);

        Assert.Equal(KnownResourceStates.Waiting, before);
        Assert.True(Snapshot(app, "server").StartTimeStamp < Snapshot(app, "client").StartTimeStamp);
    }

    [Fact]
    public async Task Subscribers_of_the_ready_event_finish_before_those_who_wait_start()
    {
        var gate = new TaskCompletionSource();
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var server = Script(builder, "server", "sleep 60");
        Script(builder, "client", "sleep 60").WaitFor(server);
        var asked = new TaskCompletionSource();
        builder.Eventing.Subscribe<ResourceReadyEvent>(server.Resource, (_, _) =>
        {
            asked.SetResult();
            return gate.Task;
        });
        await using var app = await StartAsync(builder);
        await asked.Task.WaitAsync(Patience, Ct);

        var before = State(app, "client");
        gate.SetResult();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("client", Ct).WaitAsync(Patience, Ct);

        Assert.NotEqual(KnownResourceStates.Running, before);
    }

    [Theory]
    [InlineData(0, "Finished")]
    [InlineData(3, "FailedToStart")]
    public async Task A_resource_that_waits_for_completion_starts_only_after_the_expected_exit_code(int exitCode, string expected)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var step = Script(builder, "step", $"exit {exitCode}");
        Script(builder, "next", "exit 0").WaitForCompletion(step);
        await using var app = await StartAsync(builder);

        var reached = await app.ResourceNotifications.WaitForResourceAsync("next", KnownResourceStates.TerminalStates, Ct).WaitAsync(Patience, Ct);

        Assert.Equal(expected, reached);
        Assert.Equal(exitCode, Snapshot(app, "step").ExitCode);
    }

    [Fact]
    public async Task What_waits_for_a_failed_resource_fails_too_and_the_rest_runs_on()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var broken = builder.AddExecutable("broken", "/no/such/program", ".");
        Script(builder, "client", "sleep 60").WaitFor(broken);
        Script(builder, "other", "sleep 60");
        await using var app = await StartAsync(builder);

        await app.ResourceNotifications.WaitForResourceAsync("client", KnownResourceStates.FailedToStart, Ct).WaitAsync(Patience, Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("other", Ct).WaitAsync(Patience, Ct);

        Assert.Contains("broken", Log(app, "client")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_without_mapping_is_skipped_and_nobody_waits_for_it_for_ever()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var unknown = builder.AddContainer("unknown", "example/unknown");
        Script(builder, "client", "sleep 60").WaitFor(unknown, WaitBehavior.WaitOnResourceUnavailable);
        Script(builder, "other", "sleep 60");
        await using var app = await StartAsync(builder);

        await app.ResourceNotifications.WaitForResourceAsync("client", KnownResourceStates.FailedToStart, Ct).WaitAsync(Patience, Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("other", Ct).WaitAsync(Patience, Ct);

        Assert.Equal("Skipped: needs a container engine", State(app, "unknown"));
    }

    [Fact]
    public async Task Waiting_for_a_resource_that_dies_ends_with_its_last_20_lines_and_it_is_not_started_again()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        Script(builder, "service", "for i in $(seq 1 30); do echo line $i; done; exit 7").WithHealthCheck("never");
        await using var app = await StartAsync(builder);

        var died = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("service", Ct).WaitAsync(Patience, Ct));

        Assert.DoesNotContain("line 10\n", died.Message, StringComparison.Ordinal);
        Assert.EndsWith(string.Join('\n', Enumerable.Range(11, 20).Select(i => $"line {i}")), died.Message, StringComparison.Ordinal);
        Assert.Equal((KnownResourceStates.Finished, 7), (State(app, "service"), Snapshot(app, "service").ExitCode));
        Assert.Equal(30, Log(app, "service").Count);
    }

    [Fact]
    public async Task Values_reach_the_process_and_secrets_are_masked_in_its_log()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Parameters:password=correct-horse-battery");
        var password = builder.AddParameter("password", secret: true);
        Script(builder, "service", "echo $GREETING $1 $PORT; echo got ${#PASSWORD} characters: $PASSWORD")
            .WithEnvironment("GREETING", () => "hello")
            .WithEnvironment("PASSWORD", password)
            .WithHttpEndpoint(env: "PORT")
            .WithArgs("world");
        await using var app = await StartAsync(builder);

        await app.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.Finished, Ct).WaitAsync(Patience, Ct);

        Assert.Equal([$"hello world {app.GetEndpoint("service").Port}", "got 21 characters: ********"], Log(app, "service"));
    }

    [Fact]
    public async Task Resources_stop_in_the_reverse_order_and_one_that_will_not_is_killed()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var stubborn = Script(builder, "stubborn", "trap '' TERM; echo ready; while :; do sleep 1; done");
        Script(builder, "client", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done").WaitFor(stubborn);
        await using var app = await StartAsync(builder);
        await LogHasAsync(app, "client", "ready");
        var clock = Stopwatch.StartNew();

        await app.StopAsync(Ct);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
        Assert.Contains("bye", Log(app, "client"));
        Assert.Equal(137, Snapshot(app, "stubborn").ExitCode);
        Assert.True(Snapshot(app, "client").StopTimeStamp < Snapshot(app, "stubborn").StopTimeStamp);
    }

    [Fact]
    public async Task A_taken_port_stops_the_start_with_a_sentence_that_names_it_and_what_to_change()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create("--DcpPublisher:RandomizePorts=false");
        builder.AddRedis("redis", port);
        await using var app = await builder.BuildAsync(Ct);

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Ct));

        Assert.StartsWith($"Port {port} is taken:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'tcp' of 'redis'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("DcpPublisher:RandomizePorts=true", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_applications_at_once_share_neither_ports_nor_data()
    {
        await using var first = DistributedApplicationTestingBuilder.Create();
        await using var second = DistributedApplicationTestingBuilder.Create();
        first.AddRedis("redis", port: 6379).WithDataVolume();
        second.AddRedis("redis", port: 6379).WithDataVolume();
        await using var one = await StartAsync(first);
        await using var two = await StartAsync(second);

        await Task.WhenAll(
            one.ResourceNotifications.WaitForResourceHealthyAsync("redis", Ct).WaitAsync(Patience, Ct),
            two.ResourceNotifications.WaitForResourceHealthyAsync("redis", Ct).WaitAsync(Patience, Ct));

        Assert.NotEqual(one.GetEndpoint("redis", "tcp"), two.GetEndpoint("redis", "tcp"));
        Assert.NotEqual(await one.GetConnectionStringAsync("redis", Ct), await two.GetConnectionStringAsync("redis", Ct));
    }

    [Fact]
    public async Task A_resource_with_explicit_start_is_left_alone()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        Script(builder, "tool", "sleep 60").WithExplicitStart();
        await using var app = await StartAsync(builder);

        await app.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.NotStarted, Ct).WaitAsync(Patience, Ct);

        Assert.Null(Snapshot(app, "tool").StartTimeStamp);
    }

    private static IResourceBuilder<ExecutableResource> Script(IDistributedApplicationBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "sh", Path.GetTempPath(), "-c", script, name);

    private static async Task<DistributedApplication> StartAsync(IDistributedApplicationTestingBuilder builder)
    {
        var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        return app;
    }

    private static CustomResourceSnapshot Snapshot(DistributedApplication app, string resource) =>
        app.ResourceNotifications.TryGetCurrentState(resource, out var state) ? state.Snapshot : throw new InvalidOperationException($"{resource} has no state.");

    private static string? State(DistributedApplication app, string resource) => Snapshot(app, resource).State?.Text;

    private static IReadOnlyList<string> Log(DistributedApplication app, string resource) =>
        app.Services.GetRequiredService<ResourceLoggerService>().Tail(resource, int.MaxValue);

    private static async Task LogHasAsync(DistributedApplication app, string resource, string line)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(patience.Token))
        {
            if (batch.Any(logged => logged.Content == line))
                return;
        }
    }
}
