using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Data;
using Platform.Api.Identity;
using Platform.Api.Identity.Tokens;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

public sealed class SigningKeyTests(Stack stack) : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private TestDatabase _database = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync();
        _services = new ServiceCollection().AddDbContext<PlatformDbContext>(options =>
        {
            PlatformDbContext.Configure(options);
            options.UseNpgsql(_database.App);
        }).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Processes_that_start_at_once_sign_with_one_key()
    {
        var processes = Enumerable.Range(0, 6).Select(_ => Process()).ToList();

        var keys = await Task.WhenAll(processes.Select(process => process.SigningKeyAsync(Ct).AsTask()));

        Assert.Single(keys.Select(key => key.Id).Distinct());
        Assert.Equal(1, await _database.ScalarAsync<long>("SELECT count(*) FROM identity.signing_keys"));
    }

    [Fact]
    public async Task A_new_key_is_published_before_it_signs_and_the_old_one_until_its_tokens_have_ended()
    {
        var process = Process();
        var verifier = Process();
        var old = (await process.SigningKeyAsync(Ct)).Id;

        _clock.Advance(SigningKeys.SigningTime - SigningKeys.PublishedBefore);
        Assert.Equal(old, (await process.SigningKeyAsync(Ct)).Id);
        var next = Assert.Single(await PublishedAsync(process), id => id != old);

        _clock.Advance(SigningKeys.RefreshEvery);
        Assert.Contains(next, await PublishedAsync(verifier));
        Assert.Equal(old, (await process.SigningKeyAsync(Ct)).Id);

        _clock.Advance(SigningKeys.PublishedBefore - SigningKeys.RefreshEvery);
        Assert.Equal(next, (await process.SigningKeyAsync(Ct)).Id);
        Assert.NotNull(await verifier.FindAsync(old, Ct));

        _clock.Advance(AccessToken.Lifetime + AccessToken.Skew - TimeSpan.FromSeconds(1));
        Assert.NotNull(await verifier.FindAsync(old, Ct));
        _clock.Advance(SigningKeys.PublishedBefore + TimeSpan.FromSeconds(2));
        Assert.Null(await verifier.FindAsync(old, Ct));
        Assert.DoesNotContain(old, await PublishedAsync(verifier));
    }

    [Fact]
    public async Task A_key_that_another_process_made_is_found_when_a_token_names_it()
    {
        var verifier = Process();
        await verifier.SigningKeyAsync(Ct);
        var stranger = Process("another-secret-of-20-characters");
        var key = await stranger.SigningKeyAsync(Ct);
        _clock.Advance(TimeSpan.FromSeconds(3));

        Assert.NotNull(await verifier.FindAsync(key.Id, Ct));
        Assert.False((await verifier.FindAsync(key.Id, Ct))!.CanSign);
    }

    [Fact]
    public async Task Without_the_database_the_keys_known_go_on_to_their_end()
    {
        var process = Process();
        var key = await process.SigningKeyAsync(Ct);
        await _database.ExecuteAsync("REVOKE SELECT ON identity.signing_keys FROM platform_app");

        _clock.Advance(SigningKeys.RefreshEvery * 2);
        Assert.Equal(key.Id, (await process.SigningKeyAsync(Ct)).Id);
        Assert.NotNull(await process.FindAsync(key.Id, Ct));

        _clock.Advance(SigningKeys.SigningTime * 2);
        Assert.Null(await process.FindAsync(key.Id, Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await process.SigningKeyAsync(Ct));
    }

    private SigningKeys Process(string secret = ApiFixture.KeySecret) => new(_services.GetRequiredService<IServiceScopeFactory>(), _clock,
        new AccountSettings(secret, AccountSettings.UsualIterations, 10, TimeSpan.FromMinutes(15)), NullLogger<SigningKeys>.Instance);

    private static async Task<List<string>> PublishedAsync(SigningKeys keys) => [.. (await keys.PublishedAsync(Ct)).Select(key => key.Id)];
}
