using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills;

/// <summary>What start, stop, restart and an AppHost's own commands do to a resource.</summary>
public sealed class ResourceCommandTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_restarted_resource_runs_in_a_new_process_and_is_ready_again()
    {
        var timesReady = 0;
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var service = Script(builder, "service", "sleep 600");
        builder.Eventing.Subscribe<ResourceReadyEvent>(service.Resource, (_, _) =>
        {
            Interlocked.Increment(ref timesReady);
            return Task.CompletedTask;
        });
        await using var app = await StartAsync(builder);
        await HealthyAsync(app, "service");
        var before = ProcessId(app, "service");

        var result = await app.ResourceCommands.ExecuteCommandAsync(service.Resource, KnownResourceCommands.RestartCommand, Ct).WaitAsync(Patience, Ct);
        await HealthyAsync(app, "service");

        Assert.True(result.Success, result.Message);
        Assert.NotEqual(before, ProcessId(app, "service"));
        Assert.False(Directory.Exists($"/proc/{before}"));
        Assert.Equal(2, timesReady);
        Assert.Null(Snapshot(app, "service").ExitCode);
        Assert.Single(Snapshot(app, "service").Properties, property => property.Name == "executable.pid");
    }

    [Fact]
    public async Task A_stopped_resource_stays_stopped_until_it_is_started()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        Script(builder, "service", "sleep 600");
        await using var app = await StartAsync(builder);
        await HealthyAsync(app, "service");

        var stopped = await CommandAsync(app, "service", KnownResourceCommands.StopCommand);
        var (state, style) = (Snapshot(app, "service").State?.Text, Snapshot(app, "service").State?.Style);
        var again = await CommandAsync(app, "service", KnownResourceCommands.StopCommand);
        var started = await CommandAsync(app, "service", KnownResourceCommands.StartCommand);
        await HealthyAsync(app, "service");

        Assert.True(stopped.Success && again.Success && started.Success);
        Assert.Equal((KnownResourceStates.Finished, KnownResourceStateStyles.Success), (state, style));
        Assert.Null(Snapshot(app, "service").StopTimeStamp);
    }

    [Fact]
    public async Task A_server_that_is_restarted_takes_its_port_its_data_and_what_lives_in_it_along()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddPostgres("postgres").WithDataVolume().AddDatabase("library");
        await using var app = await StartAsync(builder);
        await HealthyAsync(app, "library");
        var connectionString = await app.GetConnectionStringAsync("library", Ct);
        await ExecuteAsync(connectionString!, "CREATE TABLE books (id int)");

        var stopped = await CommandAsync(app, "postgres", KnownResourceCommands.StopCommand);
        await app.ResourceNotifications.WaitForResourceAsync("library", KnownResourceStates.Exited, Ct).WaitAsync(Patience, Ct);
        var started = await CommandAsync(app, "postgres", KnownResourceCommands.StartCommand);
        await HealthyAsync(app, "library");
        await ExecuteAsync((await app.GetConnectionStringAsync("library", Ct))!, "INSERT INTO books VALUES (1)");

        Assert.True(stopped.Success && started.Success);
        Assert.Equal(connectionString, await app.GetConnectionStringAsync("library", Ct));
    }

    [Fact]
    public async Task A_resource_that_died_or_was_not_to_start_by_itself_can_be_started()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        Script(builder, "tool", "sleep 600").WithExplicitStart();
        await using var app = await StartAsync(builder);
        await app.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.NotStarted, Ct).WaitAsync(Patience, Ct);

        var started = await CommandAsync(app, "tool", KnownResourceCommands.StartCommand);
        await HealthyAsync(app, "tool");
        using (var process = System.Diagnostics.Process.GetProcessById(ProcessId(app, "tool")))
            process.Kill(entireProcessTree: true);
        await app.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.Finished, Ct).WaitAsync(Patience, Ct);
        var restarted = await CommandAsync(app, "tool", KnownResourceCommands.RestartCommand);
        await HealthyAsync(app, "tool");

        Assert.True(started.Success && restarted.Success);
    }

    [Fact]
    public async Task Starting_a_resource_that_waits_ends_its_wait()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var never = Script(builder, "never", "sleep 600").WithExplicitStart();
        Script(builder, "client", "sleep 600").WaitFor(never);
        await using var app = await StartAsync(builder);
        await app.ResourceNotifications.WaitForResourceAsync("client", KnownResourceStates.Waiting, Ct).WaitAsync(Patience, Ct);

        var started = await CommandAsync(app, "client", KnownResourceCommands.StartCommand);
        await HealthyAsync(app, "client");

        Assert.True(started.Success, started.Message);
    }

    [Fact]
    public async Task Stopping_a_resource_that_waits_leaves_it_unstarted()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var never = Script(builder, "never", "sleep 600").WithExplicitStart();
        Script(builder, "client", "sleep 600").WaitFor(never);
        await using var app = await StartAsync(builder);
        await app.ResourceNotifications.WaitForResourceAsync("client", KnownResourceStates.Waiting, Ct).WaitAsync(Patience, Ct);

        var stopped = await CommandAsync(app, "client", KnownResourceCommands.StopCommand);

        Assert.True(stopped.Success, stopped.Message);
        Assert.Equal(KnownResourceStates.NotStarted, Snapshot(app, "client").State?.Text);
    }

    [Fact]
    public async Task Many_starts_at_once_make_one_process()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var folder = Directory.CreateTempSubdirectory("commands-").FullName;
        Script(builder, "service", $"echo started >> {folder}/starts; sleep 600").WithExplicitStart();
        await using var app = await StartAsync(builder);
        await app.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.NotStarted, Ct).WaitAsync(Patience, Ct);

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => CommandAsync(app, "service", KnownResourceCommands.StartCommand), Ct)));
        await Eventually.HoldsAsync(() => Task.FromResult(File.Exists($"{folder}/starts")), "the script has run", Patience);
        await app.StopAsync(Ct);

        Assert.All(results, result => Assert.True(result.Success, result.Message));
        Assert.Single(await File.ReadAllLinesAsync($"{folder}/starts", Ct));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_does_not_start_says_why()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("broken", "/no/such/program", ".");
        await using var app = await StartAsync(builder);
        await app.ResourceNotifications.WaitForResourceAsync("broken", KnownResourceStates.FailedToStart, Ct).WaitAsync(Patience, Ct);

        var started = await CommandAsync(app, "broken", KnownResourceCommands.StartCommand);

        Assert.False(started.Success);
        Assert.Contains("'/no/such/program' of 'broken' was not found", started.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_own_command_is_executed_and_its_result_handed_back()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var service = Script(builder, "service", "sleep 600")
            .WithCommand("greet", "Greet", _ => throw new InvalidOperationException("of the former one"))
            .WithCommand("greet", "Greet", context => Task.FromResult(new ExecuteCommandResult { Success = true, Message = "hello " + context.ResourceName }))
            .WithCommand("fail", "Fail", _ => throw new InvalidOperationException("out of order"));
        await using var app = await StartAsync(builder);
        await HealthyAsync(app, "service");

        var greeted = await CommandAsync(app, "service", "greet");
        var failed = await CommandAsync(app, "service", "fail");
        var unknown = await CommandAsync(app, "service", "dance");
        var nobody = await CommandAsync(app, "nobody", "greet");

        Assert.Equal((true, "hello service"), (greeted.Success, greeted.Message));
        Assert.Equal((false, "out of order"), (failed.Success, failed.Message));
        Assert.Equal((false, "Command 'dance' not available for resource 'service'."), (unknown.Success, unknown.Message));
        Assert.Equal((false, "Resource 'nobody' not found."), (nobody.Success, nobody.Message));
        Assert.Contains("Command 'fail' failed: out of order", Log(app, "service"));
    }

    [Fact]
    public async Task Nothing_starts_any_more_once_the_application_stops()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        Script(builder, "service", "sleep 600");
        await using var app = await StartAsync(builder);
        await HealthyAsync(app, "service");
        await app.StopAsync(Ct);

        var started = await CommandAsync(app, "service", KnownResourceCommands.StartCommand);

        Assert.False(started.Success);
        Assert.Equal(KnownResourceStates.Finished, Snapshot(app, "service").State?.Text);
    }

    private static IResourceBuilder<ExecutableResource> Script(IDistributedApplicationBuilder builder, string name, string script) =>
        builder.AddExecutable(name, "sh", Path.GetTempPath(), "-c", script, name);

    private static async Task<DistributedApplication> StartAsync(IDistributedApplicationTestingBuilder builder)
    {
        var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        return app;
    }

    private static Task<ExecuteCommandResult> CommandAsync(DistributedApplication app, string resource, string command) =>
        app.ResourceCommands.ExecuteCommandAsync(resource, command, Ct).WaitAsync(Patience, Ct);

    private static Task<ResourceEvent> HealthyAsync(DistributedApplication app, string resource) =>
        app.ResourceNotifications.WaitForResourceHealthyAsync(resource, Ct).WaitAsync(Patience, Ct);

    private static async Task ExecuteAsync(string connectionString, string statement)
    {
        await using var connection = new Npgsql.NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
#pragma warning disable CA2100 // written above
        await using var command = new Npgsql.NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static int ProcessId(DistributedApplication app, string resource) =>
        Convert.ToInt32(Snapshot(app, resource).Properties.Single(property => property.Name == "executable.pid").Value, CultureInfo.InvariantCulture);

    private static CustomResourceSnapshot Snapshot(DistributedApplication app, string resource) =>
        app.ResourceNotifications.TryGetCurrentState(resource, out var state) ? state.Snapshot : throw new InvalidOperationException($"{resource} has no state.");

    private static IReadOnlyList<string> Log(DistributedApplication app, string resource) =>
        app.Services.GetRequiredService<ResourceLoggerService>().Tail(resource, int.MaxValue);
}
