using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Platform.Api.Identity;
using Platform.Api.Identity.Sessions;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Identity;

/// <summary>
/// Who asks cannot tell whether an address has an account: the answers are alike, and so is the work. How well the times
/// tell them apart is measured by <c>LoadTests bench accounts</c>.
/// </summary>
public sealed class EnumerationTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_refused_login_costs_the_same_whatever_it_is_refused_for()
    {
        var statements = new StatementCount();
        await using var host = statements.On(ApiFixture.Host(api.Database));
        using var client = host.CreateClient();
        var (known, locked, imported) = (NewEmail(), NewEmail(), NewEmail());
        foreach (var email in new[] { known, locked, imported })
        {
            await client.RegisterAsync(api.Database, email);
        }

        await api.Database.ExecuteAsync("UPDATE identity.users SET lockout_end = now() + interval '1 hour' WHERE email = $1", locked);
        await api.Database.ExecuteAsync("UPDATE identity.users SET password_hash = NULL WHERE email = $1", imported);

        var costs = new List<int>();
        foreach (var (email, password) in new[] { (NewEmail(), "wrong"), (known, "wrong"), (locked, "wrong"), (locked, Accounts.Password), (imported, "wrong") })
        {
            costs.Add(await LeastAsync(statements, async () =>
                (await client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email, password })).AssertProblem(HttpStatusCode.Unauthorized)));
        }

        Assert.Equal([3, 3, 3, 3, 3], costs);
    }

    [Fact]
    public async Task A_registration_costs_the_same_whether_the_address_is_taken_or_not()
    {
        var statements = new StatementCount();
        await using var host = statements.On(ApiFixture.Host(api.Database));
        using var client = host.CreateClient();
        var taken = NewEmail();
        await client.RegisterAsync(api.Database, taken);

        var ofFree = await LeastAsync(statements, () => RegisterAsync(NewEmail()));
        var ofTaken = await LeastAsync(statements, () => RegisterAsync(taken));

        Assert.Equal(ofFree, ofTaken);

        Task RegisterAsync(string email) => client.SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { email, password = Accounts.Password });
    }

    [Theory]
    [InlineData(10_000, 30_000)]
    [InlineData(50_000, 0)]
    [InlineData(40_000, 0)]
    public void A_password_hashed_with_fewer_rounds_is_not_refused_sooner(int then, int missing)
    {
        var decoy = new DecoyPassword(Hasher(40_000));
        var old = new PasswordHasher<User>(Hasher(then)).HashPassword(new User(), Accounts.Password);

        Assert.Equal(missing, decoy.MakeUp(old, "wrong"));
        Assert.Equal(0, decoy.MakeUp(null, "wrong"));
        Assert.Equal(0, decoy.MakeUp(decoy.Hash, "wrong"));
    }

    // The host has work of its own now and then.
    private static async Task<int> LeastAsync(StatementCount statements, Func<Task> work)
    {
        var least = int.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            least = Math.Min(least, await statements.OfAsync(work));
        }

        return least;
    }

    private static IOptions<PasswordHasherOptions> Hasher(int rounds) => Options.Create(new PasswordHasherOptions { IterationCount = rounds });

    private static string NewEmail() => $"{Guid.CreateVersion7():N}@example.org";
}
