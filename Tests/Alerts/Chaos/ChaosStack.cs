using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.Alerts.Chaos;

/// <summary>A stack of its own, which is broken on purpose: one for all tests of what is told of it then.</summary>
public sealed class ChaosStack : IAsyncLifetime
{
    /// <summary>How much of the log a slot may keep here: more than makes it lag, and soon written.</summary>
    internal const int SlotKeepsMebibytes = 160;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("platform-chaos-");
    private DistributedApplication? _app;
    private HttpClient? _inbox;

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The stack has not been started.");

    /// <summary>A superuser's connections, none of which is kept.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(await App.GetConnectionStringAsync("postgres", Ct)) { Database = "platform", Pooling = false, CommandTimeout = 120 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(Ct);
        return connection;
    }

    /// <summary>Runs statements as a superuser, each in a transaction of its own.</summary>
    public async Task ExecuteAsync(params string[] statements)
    {
        await using var connection = await ConnectAsync();
        foreach (var statement in statements)
        {
#pragma warning disable CA2100 // the statements are the tests' own
            await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(Ct);
        }
    }

    public Task StopAsync(string resource) => CommandAsync(resource, KnownResourceCommands.StopCommand);

    /// <summary>Starts what was stopped, and waits until it is well.</summary>
    public async Task StartAsync(string resource)
    {
        await CommandAsync(resource, KnownResourceCommands.StartCommand);
        await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, Ct).WaitAsync(Patience, Ct);
    }

    /// <summary>Causes a fault, waits until the inbox is told of it, ends it, and waits until the inbox is told that it is over.</summary>
    /// <param name="alert">The alert's name, and what else it has to say: <c>slot=analytics</c>.</param>
    /// <param name="cause">Begins the fault.</param>
    /// <param name="repair">Ends it.</param>
    internal async Task TellsAsync(string[] alert, Func<Task> cause, Func<Task> repair)
    {
        await IsQuietAsync(alert);
        long told;
        var before = await LastAsync();
        try
        {
            await cause();
            told = await HearAsync(alert, "firing", before);
        }
        finally
        {
            await repair();
        }
        await HearAsync(alert, "resolved", told);
    }

    /// <summary>Waits until the inbox was told of an alert after a message of that number, and returns the number of the one that told it.</summary>
    internal async Task<long> HearAsync(string[] alert, string status, long after)
    {
        long? told = null;
        await Eventually.HoldsAsync(
            async () => (told = (await ReceivedAsync(after)).FirstOrDefault(one => one.Status == status && one.Is(alert))?.Number) is not null,
            $"the inbox is told that {string.Join(' ', alert)} is {status}",
            Patience);
        return told!.Value;
    }

    /// <summary>The names of the alerts of a severity, or of any, that Prometheus has firing now.</summary>
    internal async Task<string[]> FiringAsync(string? severity = null)
    {
        using var prometheus = App.CreateHttpClient("prometheus", "http");
        var answer = await prometheus.GetFromJsonAsync<JsonElement>("/api/v1/alerts", Ct);
        return [.. answer.GetProperty("data").GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("state").GetString() == "firing")
            .Select(alert => alert.GetProperty("labels"))
            .Where(labels => severity is null || labels.GetProperty("severity").GetString() == severity)
            .Select(labels => labels.GetProperty("alertname").GetString()!)];
    }

    public async ValueTask InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Ct);
        foreach (var (resource, folder) in new[] { ("prometheus", "/etc/prometheus"), ("alertmanager", "/etc/alertmanager") })
        {
            var container = builder.Resources.Single(one => one.Name == resource);
            var mount = container.Annotations.OfType<ContainerMountAnnotation>().Single(one => one.Target == folder);
            var hurried = Path.Combine(_files.FullName, resource);
            HurriedRules.Copy(mount.Source!, hurried);
            container.Annotations.Remove(mount);
            container.Annotations.Add(new ContainerMountAnnotation(hurried, folder, ContainerMountType.BindMount, isReadOnly: true));
        }

        // Of an option that is given twice the last counts.
        builder.CreateResourceBuilder(builder.Resources.OfType<PostgresServerResource>().Single())
            .WithArgs("-c", string.Create(CultureInfo.InvariantCulture, $"max_slot_wal_keep_size={SlotKeepsMebibytes}MB"));

        _app = await builder.BuildAsync(Ct);
        await _app.StartAsync(Ct).WaitAsync(TimeSpan.FromMinutes(5), Ct);
        foreach (var resource in new[] { "api", "realtime", "realtime-2", "analytics", "prometheus", "alertmanager", "alert-inbox" })
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(resource, Ct).WaitAsync(TimeSpan.FromMinutes(5), Ct);
        _inbox = _app.CreateHttpClient("alert-inbox");
    }

    public async ValueTask DisposeAsync()
    {
        _inbox?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        _files.Delete(recursive: true);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task CommandAsync(string resource, string command)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(resource, command, Ct).WaitAsync(Patience, Ct);
        Assert.True(result.Success, $"{command} {resource}: {result.Message}");
    }

    // What the test before this one broke has to be over, or it would be taken for the fault.
    private Task IsQuietAsync(string[] alert) =>
        Eventually.HoldsAsync(async () => !(await FiringAsync()).Contains(alert[0]), $"{alert[0]} is not firing before its fault", Patience);

    private async Task<long> LastAsync() => (await ReceivedAsync(0)).Select(one => one.Number).FirstOrDefault();

    private async Task<IReadOnlyList<Told>> ReceivedAsync(long after)
    {
        var received = await _inbox!.GetFromJsonAsync<JsonElement>($"/alerts?after={after}", Ct);
        return [.. received.EnumerateArray().Select(one => new Told(one.GetProperty("number").GetInt64(), one.GetProperty("alert")))];
    }

    private sealed record Told(long Number, JsonElement Alert)
    {
        public string? Status => Alert.GetProperty("status").GetString();

        public bool Is(string[] alert)
        {
            var labels = Alert.GetProperty("labels");
            return labels.GetProperty("alertname").GetString() == alert[0]
                && alert.Skip(1).Select(label => label.Split('=')).All(label => labels.TryGetProperty(label[0], out var value) && value.GetString() == label[1]);
        }
    }
}
