using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless;
using Aspire.Hosting.Engineless.Dashboard;
using Aspire.Hosting.Engineless.Dashboard.Messages;
using Aspire.Hosting.Testing;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Polyfills.Dashboard;

/// <summary>What the dashboard is answered, asked here by a client of the test's own.</summary>
public sealed class ResourceServiceTests : IAsyncLifetime
{
    private const string Key = "the key of this test";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create("--Parameters:password=correct-horse-battery");
    private readonly SocketsHttpHandler _connections = new();
    private DistributedApplication _app = null!;
    private int _port;

    public async ValueTask InitializeAsync()
    {
        var password = _builder.AddParameter("password", secret: true);
        var server = _builder.AddExecutable("server", "sh", Path.GetTempPath(), "-c", "echo hello; sleep 600");
        _builder.AddExecutable("client", "sh", Path.GetTempPath(), "-c", "sleep 600")
            .WithEnvironment("CONNECTION", $"Host=here;Password={password}")
            .WithHttpEndpoint(name: "http", env: "PORT")
            .WaitFor(server)
            .WithCommand("greet", "Greet", _ => Task.FromResult(new ExecuteCommandResult { Success = true, Message = "hello" }), new CommandOptions { ConfirmationMessage = "Really?", IconName = "Hand" });
        _app = await _builder.BuildAsync(Ct);
        await _app.StartAsync(Ct);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("client", Ct).WaitAsync(Patience, Ct);
        _port = _app.Services.GetRequiredService<PortAllocator>().Take(null);
        await _app.Services.GetRequiredService<ResourceService>().StartAsync(_port, Key, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        await _builder.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_no_key_is_told_nothing()
    {
        using var response = await CallAsync("WatchResources", new WatchResourcesRequest(), key: "another");

        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal("16", Status(response));
    }

    [Fact]
    public async Task A_resource_is_described_whole_and_its_secrets_are_masked()
    {
        await using var watch = await WatchAsync("WatchResources", new WatchResourcesRequest(), WatchResourcesUpdate.Parser);

        var resources = (await watch.NextAsync()).InitialData.Resources;

        var client = resources.Single(resource => resource.DisplayName == "client");
        Assert.Equal(("Running", "success", "Executable"), (client.State, client.StateStyle, client.ResourceType));
        Assert.Equal("Host=here;Password=********", client.Environment.Single(variable => variable.Name == "CONNECTION").Value);
        Assert.Contains(client.Relationships, relationship => (relationship.ResourceName, relationship.Type) == ("server", "WaitFor"));
        Assert.Equal(_app.GetEndpoint("client").AbsoluteUri.TrimEnd('/'), Assert.Single(client.Urls).FullUrl);
        Assert.NotNull(client.StartedAt);
        Assert.Equal(["start", "stop", "restart", "greet"], client.Commands.Select(command => command.Name).Order(Comparer<string>.Create((a, b) => Order(a) - Order(b))));
        Assert.Equal((ResourceCommandStateOf(client, "start"), ResourceCommandStateOf(client, "stop")), ("Hidden", "Enabled"));
        var parameter = resources.Single(resource => resource.DisplayName == "password").Properties.Single(property => property.Name == "Value");
        Assert.True(parameter.IsSensitive);
    }

    [Fact]
    public async Task Changes_are_told_and_commands_are_executed()
    {
        await using var watch = await WatchAsync("WatchResources", new WatchResourcesRequest(), WatchResourcesUpdate.Parser);
        await watch.NextAsync();

        var stopped = await AskAsync("ExecuteResourceCommand", new ResourceCommandRequest { ResourceName = "client", CommandName = "stop" }, ResourceCommandResponse.Parser);
        var greeted = await AskAsync("ExecuteResourceCommand", new ResourceCommandRequest { ResourceName = "client", CommandName = "greet" }, ResourceCommandResponse.Parser);
        var unknown = await AskAsync("ExecuteResourceCommand", new ResourceCommandRequest { ResourceName = "nobody", CommandName = "greet" }, ResourceCommandResponse.Parser);

        Assert.Equal(ResourceCommandResponseKind.Succeeded, stopped.Kind);
        Assert.Equal((ResourceCommandResponseKind.Succeeded, "hello"), (greeted.Kind, greeted.Message));
        Assert.Equal(ResourceCommandResponseKind.Failed, unknown.Kind);
        WatchResourcesUpdate update;
        do
            update = await watch.NextAsync();
        while (update.Changes.Value.All(change => (change.Upsert.DisplayName, change.Upsert.State) != ("client", "Finished")));
    }

    [Fact]
    public async Task A_log_is_told_from_its_beginning_and_goes_on()
    {
        await using var log = await WatchAsync("WatchResourceConsoleLogs", new WatchResourceConsoleLogsRequest { ResourceName = "server" }, WatchResourceConsoleLogsUpdate.Parser);
        var first = (await log.NextAsync()).LogLines;

        _app.Services.GetRequiredService<ResourceLoggerService>().GetLogger("server").LogError("with correct-horse-battery");
        var next = (await log.NextAsync()).LogLines;
        var all = await AskAsync("WatchResourceConsoleLogs", new WatchResourceConsoleLogsRequest { ResourceName = "server", SuppressFollow = true }, WatchResourceConsoleLogsUpdate.Parser);

        Assert.Contains(first, line => (line.Text, line.LineNumber) == ("hello", 1));
        Assert.Equal(("with ********", true), (next[^1].Text, next[^1].IsStdErr));
        Assert.Equal(2, all.LogLines.Count);
    }

    private static int Order(string command) => Array.IndexOf(["start", "stop", "restart", "greet"], command);

    private static string ResourceCommandStateOf(Aspire.Hosting.Engineless.Dashboard.Messages.Resource resource, string command) => resource.Commands.Single(one => one.Name == command).State.ToString();

    private async Task<T> AskAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        await using var answers = await WatchAsync(method, request, parser);
        var answer = await answers.NextAsync();
        Assert.Equal("0", await answers.StatusAsync());
        return answer;
    }

    private async Task<Answers<T>> WatchAsync<T>(string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        var response = await CallAsync(method, request, Key);
        return new Answers<T>(response, await response.Content.ReadAsStreamAsync(Ct), parser);
    }

    private async Task<HttpResponseMessage> CallAsync(string method, IMessage message, string key)
    {
        var framed = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), framed.Length - 5);
        message.WriteTo(framed.AsSpan(5));
        using var client = new HttpClient(_connections, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_port}/aspire.v1.DashboardService/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(framed) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
            Headers = { { "x-resource-service-api-key", key }, { "TE", "trailers" } },
        };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
    }

    private static string Status(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues("grpc-status", out var values) ? values : response.Headers.GetValues("grpc-status")).Single();

    private sealed class Answers<T>(HttpResponseMessage response, Stream body, MessageParser<T> parser) : IAsyncDisposable
        where T : IMessage<T>
    {
        public async Task<T> NextAsync()
        {
            var prefix = new byte[5];
            await body.ReadExactlyAsync(prefix, Ct).AsTask().WaitAsync(Patience, Ct);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
            await body.ReadExactlyAsync(message, Ct).AsTask().WaitAsync(Patience, Ct);
            return parser.ParseFrom(message);
        }

        public async Task<string> StatusAsync()
        {
            await body.CopyToAsync(Stream.Null, Ct).WaitAsync(Patience, Ct);
            return Status(response);
        }

        public ValueTask DisposeAsync()
        {
            response.Dispose();
            return body.DisposeAsync();
        }
    }
}
