using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Microsoft.Azure.Cosmos;

namespace Platform.Tests.Polyfills;

/// <summary>An account in the model: what a client gets is a database with its containers.</summary>
public sealed class AspireCosmosTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_emulated_account_has_the_databases_and_containers_of_the_model()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
#pragma warning disable ASPIRECOSMOSDB001 // for evaluation
        var cosmos = builder.AddAzureCosmosDB("cosmos").RunAsPreviewEmulator(emulator => emulator.WithDataVolume());
#pragma warning restore ASPIRECOSMOSDB001
        var database = cosmos.AddCosmosDatabase("shop");
        var events = database.AddContainer("events", "/stream", "event-store");
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("events", Ct);

        var connectionString = await app.GetConnectionStringAsync("cosmos", Ct);
        using var client = new CosmosClient(connectionString, new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway });
        var container = client.GetContainer("shop", "event-store");
        ContainerProperties properties = await container.ReadContainerAsync(cancellationToken: Ct);
        Assert.Equal("/stream", properties.PartitionKeyPath);
        Assert.Equal(HttpStatusCode.Created, (await container.CreateItemAsync(new { id = "1", stream = "a" }, cancellationToken: Ct)).StatusCode);
        Assert.Equal($"{connectionString};Database=shop;Container=event-store", await events.Resource.ConnectionStringExpression.GetValueAsync(Ct));
    }

    [Fact]
    public async Task An_account_in_Azure_is_refused_with_what_to_do()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var cosmos = builder.AddAzureCosmosDB("cosmos");

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(async () => await cosmos.Resource.GetConnectionStringAsync(Ct));

        Assert.Contains("RunAsPreviewEmulator", refused.Message, StringComparison.Ordinal);
    }
}
