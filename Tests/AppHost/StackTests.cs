using System.Net;
using Aspire.Hosting.Testing;
using Npgsql;
using Platform.Tests.Support;

namespace Platform.Tests.AppHost;

public sealed class StackTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_whole_stack_starts_on_free_ports_and_its_services_are_healthy()
    {
        var app = await stack.AppAsync();

        foreach (var service in new[] { "api", "realtime", "realtime-2", "analytics", "alert-inbox" })
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(service, Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);
            using var client = app.CreateHttpClient(service);
            using var response = await client.GetAsync("/health", Ct);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await using var connection = new NpgsqlConnection(await app.GetConnectionStringAsync("platform", Ct));
        await connection.OpenAsync(Ct);
    }
}
