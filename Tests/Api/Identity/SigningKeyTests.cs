using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Data;
using Platform.Api.Identity;
using Platform.Api.Identity.Tokens;
using Platform.ServiceDefaults.Tokens;
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

    [Fact]
    public async Task A_token_that_was_verified_is_refused_when_its_time_is_over()
    {
        var process = Process();
        var tokens = new TokenVerification(process, _clock);
        var text = Issue(await process.SigningKeyAsync(Ct));

        Assert.NotNull((await tokens.VerifyAsync(text, Ct)).Token);
        Assert.NotNull((await tokens.VerifyAsync(text, Ct)).Token);
        Assert.Equal(1, tokens.Remembered);
        Assert.Null((await tokens.VerifyAsync(text[..^4] + (text.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBA" : "AAAA"), Ct)).Token);

        _clock.Advance(AccessToken.Lifetime + AccessToken.Skew);
        Assert.Equal("The token has expired.", (await tokens.VerifyAsync(text, Ct)).Refusal);
    }

    [Fact]
    public async Task A_token_that_was_verified_is_refused_when_its_key_is_withdrawn()
    {
        var process = Process();
        var tokens = new TokenVerification(process, _clock);
        var text = Issue(await process.SigningKeyAsync(Ct));
        Assert.NotNull((await tokens.VerifyAsync(text, Ct)).Token);

        await _database.ExecuteAsync("DELETE FROM identity.signing_keys");
        _clock.Advance(SigningKeys.RefreshEvery);

        Assert.NotNull((await tokens.VerifyAsync(text, Ct)).Refusal);
    }

    [Fact]
    public async Task Tokens_are_remembered_in_bounds()
    {
        var process = Process();
        var tokens = new TokenVerification(process, _clock);
        var key = await process.SigningKeyAsync(Ct);
        var used = Issue(key);

        for (var i = 0; i < 13_000; i++)
        {
            Assert.NotNull((await tokens.VerifyAsync(used, Ct)).Token);
            Assert.NotNull((await tokens.VerifyAsync(Issue(key), Ct)).Token);
            Assert.InRange(tokens.Remembered, 1, 8_192);
        }
    }

    private string Issue(VerificationKey key) =>
        new AccessToken(Guid.CreateVersion7(), Guid.CreateVersion7(), [Roles.Member], _clock.GetUtcNow(), _clock.GetUtcNow() + AccessToken.Lifetime).Sign(key);

    private SigningKeys Process(string secret = ApiFixture.KeySecret) => new(_services.GetRequiredService<IServiceScopeFactory>(), _clock,
        new AccountSettings(secret, AccountSettings.UsualIterations, 10, TimeSpan.FromMinutes(15)), NullLogger<SigningKeys>.Instance);

    private static async Task<List<string>> PublishedAsync(SigningKeys keys) => [.. (await keys.PublishedAsync(Ct)).Select(key => key.Id)];
}
