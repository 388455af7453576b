using Microsoft.Extensions.Configuration;
using Platform.Api.Data;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class FirstAdministratorTests(Stack stack) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await stack.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task One_is_made_once_and_keeps_the_password_it_has()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EnsureAsync("a generated secret")));
        var hash = await HashAsync();

        Assert.Equal([FirstAdministrator.UsualEmail], made.OfType<string>());
        Assert.Null(await EnsureAsync("another generated secret"));
        Assert.Equal(hash, await HashAsync());
        await using var host = ApiFixture.Host(_database);
        using var client = host.CreateClient();
        using var wrong = await client.PostAsync("/api/v1/auth/login", System.Net.Http.Json.JsonContent.Create(
            new { email = FirstAdministrator.UsualEmail, password = "another generated secret" }), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Fact]
    public async Task Without_a_password_none_is_made()
    {
        Assert.Null(await EnsureAsync(null));
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM identity.users"));
    }

    [Fact]
    public async Task A_password_that_no_account_may_have_is_refused_by_the_name_of_the_setting()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => EnsureAsync("short"));

        Assert.Contains("Identity:AdminPassword", e.Message, StringComparison.Ordinal);
    }

    private Task<string?> HashAsync() => _database.ScalarAsync<string>("SELECT password_hash FROM identity.users");

    private async Task<string?> EnsureAsync(string? password)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Identity:AdminPassword"] = password, ["Identity:HashIterations"] = ApiFixture.HashIterations,
        }).Build();
        await using var db = MigrateCommand.Open(_database.Owner);
        return await FirstAdministrator.EnsureAsync(db, settings, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
