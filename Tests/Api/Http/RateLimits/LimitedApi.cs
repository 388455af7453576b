using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Http.RateLimits;

/// <summary>Api processes whose clients come from the addresses that they say.</summary>
internal static class LimitedApi
{
    private const string Header = "Test-Address";
    private static int _addresses;

    /// <summary>A host with limits; what differs from the usual ones is given.</summary>
    public static WebApplicationFactory<Program> Host(TestDatabase database, params (string Key, string Value)[] settings) =>
        // A busy machine is no outage. And buckets are another's than of the hosts with other limits.
        ApiFixture.Host(database, [("RateLimits:RedisBudget", "00:00:05"), ("Cache:Namespace", database.Name + "-limited"), .. settings])
            .WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddTransient<IStartupFilter, AddressOfHeader>()));

    /// <summary>A client that comes from <paramref name="address"/>.</summary>
    public static HttpClient ClientFrom(this WebApplicationFactory<Program> host, string address)
    {
        var client = host.CreateClient();
        client.DefaultRequestHeaders.Add(Header, address);
        return client;
    }

    /// <summary>An address that no other test comes from.</summary>
    public static string NewAddress() => $"198.51.{Interlocked.Increment(ref _addresses) / 256}.{_addresses % 256}";

    private sealed class AddressOfHeader : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(context.Request.Headers[Header].FirstOrDefault() ?? "198.51.100.255");
                return following(context);
            });
            next(app);
        };
    }
}
