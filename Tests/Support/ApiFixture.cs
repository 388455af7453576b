using Microsoft.AspNetCore.Mvc.Testing;

namespace Platform.Tests.Support;

/// <summary>The Api on a database of its own: the class fixture of tests that speak HTTP.</summary>
public sealed class ApiFixture(Stack stack) : IAsyncLifetime
{
    /// <summary>The key that administrators' requests carry in <c>X-Admin-Key</c>.</summary>
    public const string AdminKey = "test-admin-key-0123456789";

    private WebApplicationFactory<Program>? _factory;

    /// <summary>The Api's database.</summary>
    public TestDatabase Database { get; private set; } = null!;

    /// <summary>The Api's services.</summary>
    public IServiceProvider Services => _factory!.Services;

    /// <summary>A client without credentials.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>A client that may write the catalogue.</summary>
    public HttpClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await stack.CreateDatabaseAsync();
        _factory = Host(Database);
        Client = _factory.CreateClient();
        Admin = _factory.CreateClient();
        Admin.DefaultRequestHeaders.Add("X-Admin-Key", AdminKey);
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
            host.UseSetting("Admin:Key", AdminKey);
            host.UseSetting("Logging:LogLevel:Default", "Warning");
            // A busy machine is no outage; the tests of outages set the real limit.
            host.UseSetting("Database:RequestDeadline", "00:00:20");
            foreach (var (key, value) in settings)
            {
                host.UseSetting(key, value);
            }
        });
}
