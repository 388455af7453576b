using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Platform.Api.Http.RateLimits;

namespace Platform.Tests.Support;

/// <summary>The Api on a database of its own: the class fixture of tests that speak HTTP.</summary>
public sealed class ApiFixture(Stack stack) : IAsyncLifetime
{
    /// <summary><c>Identity:KeySecret</c> of all hosts.</summary>
    public const string KeySecret = "test-key-secret-0123456789";

    /// <summary>Rounds of a password's hash: few, since tests log in often.</summary>
    public const string HashIterations = "10000";

    // All tests come from one address. The tests of limits set the real ones.
    /// <summary>Settings of limits that no test reaches.</summary>
    public static readonly IReadOnlyList<(string Key, string Value)> Unlimited =
        [.. RateLimits.Rules(new ConfigurationManager()).Select(rule => ($"RateLimits:{rule.Name}", "1000000/00:01:00"))];

    private WebApplicationFactory<Program>? _factory;

    /// <summary>The Api's database.</summary>
    public TestDatabase Database { get; private set; } = null!;

    /// <summary>The Api's services.</summary>
    public IServiceProvider Services => _factory!.Services;

    /// <summary>A client without credentials.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>A client of an administrator.</summary>
    public HttpClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await stack.CreateDatabaseAsync();
        _factory = Host(Database);
        Client = _factory.CreateClient();
        Admin = _factory.CreateClient();
        await Admin.LogInAsAdminAsync(Database);
    }

    /// <summary>Another client without credentials.</summary>
    public HttpClient NewClient(bool handlesCookies = true) => _factory!.CreateClient(new() { HandleCookies = handlesCookies });

    /// <summary>A client of a new account, with roles besides <c>member</c>.</summary>
    public async Task<HttpClient> ClientOfAsync(string email, params string[] roles)
    {
        var client = _factory!.CreateClient();
        await client.RegisterAsync(Database, email, roles);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }

        // Null when the database could not be made.
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }

    /// <summary>Another Api process' worth of services, on <paramref name="database"/>.</summary>
    /// <param name="database">What it connects to.</param>
    /// <param name="settings">Configuration that differs from the usual.</param>
    public static WebApplicationFactory<Program> Host(TestDatabase database, params (string Key, string Value)[] settings) =>
        new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:platform", database.App);
            host.UseSetting("ConnectionStrings:redis", database.Redis);
            // Redis is everybody's, the database is not.
            host.UseSetting("Cache:Namespace", database.Name);
            host.UseSetting("Identity:KeySecret", KeySecret);
            host.UseSetting("Identity:HashIterations", HashIterations);
            host.UseSetting("Logging:LogLevel:Default", "Warning");
            // Nobody is there: who needs recommendations says where they are.
            host.UseSetting("Analytics:Address", "http://127.0.0.1:9");
            // A busy machine is no outage; the tests of outages set the real limit.
            host.UseSetting("Database:RequestDeadline", "00:00:40");
            foreach (var (key, value) in Unlimited.Concat(settings))
            {
                host.UseSetting(key, value);
            }
        });
}
