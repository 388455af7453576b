using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Dashboard.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Engineless.Dashboard;

/// <summary>Tells the dashboard of the resources, and does what it is asked to do to them; on 127.0.0.1 and to holders of the key only.</summary>
internal sealed class ResourceService(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService logs, ResourceCommandService commands, IHostEnvironment environment, IServiceProvider services) : IAsyncDisposable
{
    private const string Service = "/aspire.v1.DashboardService/";
    private const string KeyHeader = "x-resource-service-api-key";

    private WebApplication? _server;

    /// <summary>Starts to serve.</summary>
    public async Task StartAsync(int port, string key, CancellationToken cancellationToken)
    {
        // Empty, so that the addresses and levels in the AppHost's own configuration have no say here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // The dashboard speaks HTTP/2 without TLS from the first byte, and its streams are silent for hours.
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRoutingCore();
        _server = builder.Build();
        var expected = Encoding.UTF8.GetBytes(key);
        _server.Use((context, next) =>
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers[KeyHeader].ToString()), expected))
                return next(context);
            GrpcEndpoints.End(context, GrpcEndpoints.Status.Unauthenticated);
            return Task.CompletedTask;
        });
        _server.UseRouting();
        _server.MapUnary(Service + "GetApplicationInformation", ApplicationInformationRequest.Parser, (_, _) => Task.FromResult(new ApplicationInformationResponse { ApplicationName = environment.ApplicationName }));
        _server.MapServerStream(Service + "WatchResources", WatchResourcesRequest.Parser, (_, aborted) => WatchResourcesAsync(aborted));
        _server.MapServerStream(Service + "WatchResourceConsoleLogs", WatchResourceConsoleLogsRequest.Parser, WatchLogAsync);
        _server.MapUnary(Service + "ExecuteResourceCommand", ResourceCommandRequest.Parser, ExecuteAsync);
        _server.MapSilentStream(Service + "WatchInteractions");
        await _server.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null)
            return;
        // The streams of the dashboard do not end by themselves.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(now.Token).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<WatchResourcesUpdate> WatchResourcesAsync([EnumeratorCancellation] CancellationToken aborted)
    {
        var initial = new InitialResourceData();
        foreach (var resource in model.Resources)
        {
            if (notifications.TryGetCurrentState(resource.Name, out var known))
                initial.Resources.Add(ResourceMessages.Describe(resource, known.Snapshot, services));
        }
        yield return new WatchResourcesUpdate { InitialData = initial };
        // Begins with the current states again, so that nothing is missed in between.
        await foreach (var change in notifications.WatchAsync(aborted).ConfigureAwait(false))
        {
            var changes = new WatchResourcesChanges { Value = { new WatchResourcesChange { Upsert = ResourceMessages.Describe(change.Resource, change.Snapshot, services) } } };
            yield return new WatchResourcesUpdate { Changes = changes };
        }
    }

    private async IAsyncEnumerable<WatchResourceConsoleLogsUpdate> WatchLogAsync(WatchResourceConsoleLogsRequest request, [EnumeratorCancellation] CancellationToken aborted)
    {
        if (Find(request.ResourceName) is not { } resource || (request.SuppressFollow && logs.Tail(resource.Name, 1).Count == 0))
            yield break;
        await foreach (var batch in logs.WatchAsync(resource).WithCancellation(aborted).ConfigureAwait(false))
        {
            var update = new WatchResourceConsoleLogsUpdate();
            update.LogLines.Add(batch.Select(line => new ConsoleLogLine { Text = line.Content, IsStdErr = line.IsErrorMessage, LineNumber = line.LineNumber }));
            yield return update;
            if (request.SuppressFollow)
                yield break; // what was written so far is the first batch
        }
    }

    private async Task<ResourceCommandResponse> ExecuteAsync(ResourceCommandRequest request, CancellationToken aborted)
    {
        var result = Find(request.ResourceName) is { } resource
            ? await commands.ExecuteCommandAsync(resource, request.CommandName, aborted).ConfigureAwait(false)
            : CommandResults.Failure($"Resource '{request.ResourceName}' not found.");
        var response = new ResourceCommandResponse
        {
            Kind = result.Success ? ResourceCommandResponseKind.Succeeded
                : result.Canceled ? ResourceCommandResponseKind.Cancelled
                : ResourceCommandResponseKind.Failed,
        };
        if (result.Message is { } message)
            response.Message = response.ErrorMessage = message;
        return response;
    }

    private IResource? Find(string name) => model.Resources.FirstOrDefault(resource => ResourceMessages.NameOf(resource) == name);
}
