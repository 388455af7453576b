using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Tests.Emulators.Cosmos;

namespace Platform.Tests.Polyfills.AspireClients;

public sealed class AddAzureCosmosClientTests(CosmosFixture fixture) : IClassFixture<CosmosFixture>
{
    [Fact]
    public async Task An_emulator_is_spoken_to_at_its_address_also_by_the_connection_string_of_a_container()
    {
        var container = await fixture.Emulator.CreateContainerAsync();
        await using var app = Build(("ConnectionStrings:cosmos", $"{fixture.Emulator.ConnectionString};Database=lab;Container={container.Id}"));

        var client = app.Services.GetRequiredService<CosmosClient>();

        Assert.Same(client, app.Services.GetRequiredService<CosmosClient>());
        Assert.Equal(ConnectionMode.Gateway, client.ClientOptions.ConnectionMode);
        Assert.True(client.ClientOptions.LimitToEndpoint);
        ContainerProperties read = await client.GetContainer("lab", container.Id).ReadContainerAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(container.Id, read.Id);
    }

    [Fact]
    public void An_account_is_spoken_to_directly()
    {
        using var app = (IDisposable)Build(("ConnectionStrings:cosmos", $"AccountEndpoint=https://account.documents.azure.com;AccountKey={Convert.ToBase64String(new byte[64])}"));

        Assert.Equal(ConnectionMode.Direct, ((WebApplication)app).Services.GetRequiredService<CosmosClient>().ClientOptions.ConnectionMode);
    }

    [Fact]
    public async Task A_client_under_a_key_is_another_with_options_of_its_own()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:cosmos"] = fixture.Emulator.ConnectionString;
        builder.AddAzureCosmosClient("cosmos", configureClientOptions: options => options.AllowBulkExecution = true);
        builder.AddKeyedAzureCosmosClient("cosmos");
        await using var app = builder.Build();

        Assert.True(app.Services.GetRequiredService<CosmosClient>().ClientOptions.AllowBulkExecution);
        Assert.False(app.Services.GetRequiredKeyedService<CosmosClient>("cosmos").ClientOptions.AllowBulkExecution);
        Assert.Equal(ConnectionMode.Gateway, app.Services.GetRequiredKeyedService<CosmosClient>("cosmos").ClientOptions.ConnectionMode);
    }

    [Fact]
    public async Task A_missing_connection_string_is_named()
    {
        await using var app = Build();

        var missing = Assert.Throws<InvalidOperationException>(() => app.Services.GetRequiredService<CosmosClient>());

        Assert.Contains("ConnectionStrings:cosmos", missing.Message, StringComparison.Ordinal);
    }

    private static WebApplication Build(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        foreach (var (name, value) in settings)
            builder.Configuration[name] = value;
        builder.AddAzureCosmosClient("cosmos");
        return builder.Build();
    }
}
