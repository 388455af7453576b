using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Platform.Api.Catalog.Search;
using Platform.Api.Data;
using Platform.Api.Http.RateLimits;
using Platform.Api.Identity.Accounts;

namespace Platform.LoadTests.Http;

/// <summary>The Api as it is deployed, on a bench's database.</summary>
internal static class BenchApi
{
    private const string Password = "a bench needs no secret";

    internal static ServerProcess Start(BenchDatabase database, string redis, IReadOnlyDictionary<string, string>? settings = null, int? processor = null) =>
        ServerProcess.Start(typeof(BookSearch).Assembly.Location, [], new Dictionary<string, string>((settings ?? new Dictionary<string, string>()).Concat(Settings(database, redis)).DistinctBy(setting => setting.Key)), processor);

    /// <summary>What the Api cannot do without.</summary>
    internal static Dictionary<string, string> Settings(BenchDatabase database, string redis) => new(Limits())
    {
        ["ConnectionStrings__platform"] = database.App,
        ["ConnectionStrings__redis"] = redis,
        ["Identity__KeySecret"] = "bench-key-secret-0123456789",
        ["Analytics__Address"] = "http://127.0.0.1:9", // nobody's
    };

    /// <summary>Has the client act as the administrator, who is made when there is none.</summary>
    internal static async Task LogInAsAdminAsync(HttpClient client, BenchDatabase database, CancellationToken cancellationToken)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Identity:AdminPassword"] = Password }).Build();
        await using (var db = MigrateCommand.Open(database.Owner))
        {
            await FirstAdministrator.EnsureAsync(db, settings, TimeProvider.System, cancellationToken);
        }

        using var answer = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = FirstAdministrator.UsualEmail, password = Password }, cancellationToken);
        var tokens = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens!["accessToken"]!.GetValue<string>());
    }

    // More than any bench asks, and not off: what it costs to be limited belongs to the figures.
    internal static IEnumerable<KeyValuePair<string, string>> Limits() =>
        RateLimits.Rules(new ConfigurationManager()).Select(rule => KeyValuePair.Create($"RateLimits__{rule.Name}", "1000000000/00:01:00"));
}
