using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Configuration;
using Platform.Api.Data;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Api.Catalog;

namespace Platform.Tests.Support;

/// <summary>Clients that are logged in.</summary>
internal static class Accounts
{
    /// <summary>The password of all accounts that tests make.</summary>
    public const string Password = "quite a long secret";

    /// <summary>Has <paramref name="client"/> act as the administrator of <paramref name="database"/>, who is made when there is none.</summary>
    public static async Task LogInAsAdminAsync(this HttpClient client, TestDatabase database)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Identity:AdminPassword"] = Password, ["Identity:HashIterations"] = ApiFixture.HashIterations,
        }).Build();
        await using (var db = MigrateCommand.Open(database.Owner))
        {
            await FirstAdministrator.EnsureAsync(db, settings, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await client.LogInAsync(FirstAdministrator.UsualEmail);
    }

    /// <summary>Makes an account, with roles besides <c>member</c>, and has <paramref name="client"/> act for it.</summary>
    /// <returns>Its id, and a refresh token.</returns>
    public static async Task<(Guid Id, string RefreshToken)> RegisterAsync(this HttpClient client, TestDatabase database, string email, params string[] roles)
    {
        var made = await client.SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { email, password = Password });
        Assert.True(made.Status == HttpStatusCode.Accepted, made.Body?.ToJsonString());
        var id = await database.ScalarAsync<Guid>("SELECT id FROM identity.users WHERE email = $1", email);
        await database.ExecuteAsync("INSERT INTO identity.user_roles (user_id, role_id) SELECT $1, id FROM identity.roles WHERE name = ANY ($2)", id, roles);
        return (id, await client.LogInAsync(email));
    }

    /// <summary>Has <paramref name="client"/> act for an account.</summary>
    /// <returns>The refresh token.</returns>
    public static async Task<string> LogInAsync(this HttpClient client, string email)
    {
        var answer = await client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email, password = Password });
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.Body!["accessToken"]!.GetValue<string>());
        return answer.Body["refreshToken"]!.GetValue<string>();
    }
}
