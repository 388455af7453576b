using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Api.Data;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>
/// Fifty users at once over five connections, by the Api's own endpoints: nobody meets what is somebody else's, not even
/// where the handlers forget to say whose rows they want.
/// </summary>
/// <remarks>All that a user has bears the user's number: names, quantities, titles, even the program they logged in with.</remarks>
public sealed partial class ForeignRowTests(ForeignRowTests.Crowd crowd) : IClassFixture<ForeignRowTests.Crowd>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_interleaved_requests_of_fifty_users_meet_no_foreign_row(bool handlersForget)
    {
        var forgetting = new Forgetting();
        await using var api = crowd.Host(handlersForget ? forgetting : null);
        // The first to ask for a client starts the Api, and others at the same time would as well.
        _ = api.Server;
        var random = new Random(20_262);
        var visits = Enumerable.Range(0, 1_000).Select(_ => (Person: 1 + random.Next(Crowd.Size), Way: random.Next(11))).ToList();
        var (own, foreign) = (0, 0);

        await Parallel.ForEachAsync(visits, new ParallelOptions { MaxDegreeOfParallelism = 40, CancellationToken = Ct }, async (visit, ct) =>
        {
            using var client = crowd.ClientOf(api, visit.Person);
            foreach (var number in await VisitAsync(client, visit.Person, visit.Way))
            {
                ct.ThrowIfCancellationRequested();
                _ = number == Number(visit.Person) ? Interlocked.Increment(ref own) : Interlocked.Increment(ref foreign);
            }
        });

        Assert.Equal(0, foreign);
        Assert.InRange(own, 800, int.MaxValue);
        Assert.Equal(handlersForget, forgetting.Times > 1_000);
        Assert.Equal(0, await crowd.Database.ScalarAsync<long>("""
            WITH people AS (SELECT id, substring(user_name FROM '\d+') AS number FROM identity.users WHERE user_name LIKE 'person-%')
            SELECT (SELECT count(*) FROM people JOIN identity.addresses a ON a.user_id = people.id WHERE a.name <> number)
                 + (SELECT count(*) FROM people JOIN store.carts c ON c.user_id = people.id JOIN store.cart_items i ON i.cart_id = c.id WHERE i.quantity <> number::int)
                 + (SELECT count(*) FROM people JOIN store.review_drafts d ON d.user_id = people.id WHERE d.title <> number)
                 + (SELECT count(*) FROM people JOIN store.orders o ON o.user_id = people.id WHERE o.status <> 'pending')
                 + (SELECT count(*) FROM people JOIN identity.sessions s ON s.user_id = people.id WHERE s.revoked_at IS NOT NULL)
                 + abs((SELECT count(*) FROM people JOIN identity.addresses a ON a.user_id = people.id) - 50)
            """));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_logout_everywhere_is_that_users_alone(bool handlersForget)
    {
        await using var api = crowd.Host(handlersForget ? new Forgetting() : null);
        using var leaving = api.CreateClient();
        await leaving.RegisterAsync(crowd.Database, $"leaving-{handlersForget}@example.org");

        Assert.Equal(HttpStatusCode.NoContent, (await leaving.SendAsync(HttpMethod.Post, "/api/v1/auth/logout-all")).Status);

        Assert.Equal(1, await crowd.Database.ScalarAsync<long>("SELECT count(*) FROM identity.sessions s JOIN identity.users u ON u.id = s.user_id WHERE s.revoked_at IS NOT NULL AND u.user_name = $1",
            $"leaving-{handlersForget}@example.org"));
        Assert.Equal(0, await crowd.Database.ScalarAsync<long>("SELECT count(*) FROM identity.sessions s JOIN identity.users u ON u.id = s.user_id WHERE s.revoked_at IS NOT NULL AND u.user_name LIKE 'person-%'"));
    }

    [Fact]
    public async Task Without_row_security_forgetful_handlers_would_show_everything()
    {
        string[] tables = ["store.carts", "store.cart_items", "identity.addresses", "store.orders", "store.order_items", "identity.sessions"];
        await SetRowSecurityAsync("DISABLE", tables);
        try
        {
            await using var api = crowd.Host(new Forgetting());
            using var client = crowd.ClientOf(api, 1);

            foreach (var way in new[] { 0, 2, 4, 8 })
            {
                Assert.Contains(await VisitAsync(client, 1, way), number => number != "1");
            }
        }
        finally
        {
            await SetRowSecurityAsync("ENABLE", tables);
        }
    }

    // Whose rows came back.
    private async Task<IEnumerable<string>> VisitAsync(HttpClient client, int person, int way)
    {
        var (me, neighbour) = (crowd.People[person - 1], crowd.People[person % Crowd.Size]);
        var cart = $"/api/v1/cart/items/{crowd.Variant}";
        switch (way)
        {
            case 0:
                return (await client.ReadAsync("/api/v1/cart")).Items("quantity");
            case 1:
                return (await DoneAsync(client, HttpMethod.Put, cart, new { quantity = person })).Items("quantity");
            case 2:
                return (await client.ReadAsync("/api/v1/users/me/addresses")).Items("name");
            case 3:
                var address = new { name = Number(person), line1 = "A street", city = "A town", country = "DE" };
                var replaced = await client.SendAsync(HttpMethod.Put, $"/api/v1/users/me/addresses/{me.Address}", address, ifMatch: "*");
                // Another request of the same user was at it.
                Assert.True(replaced.Status is HttpStatusCode.OK or HttpStatusCode.PreconditionFailed, replaced.Body?.ToJsonString());
                return replaced.Body!["name"] is { } name ? [name.GetValue<string>()] : [];
            case 4:
                return (await client.ReadAsync("/api/v1/orders?limit=100")).Items("copies");
            case 5:
                return (await client.ReadAsync(me.Order)).Items("quantity");
            case 6:
                return [(await client.ReadAsync(crowd.Draft))["title"]!.GetValue<string>()];
            case 7:
                return [(await DoneAsync(client, HttpMethod.Post, crowd.Draft, new { rating = 3, title = Number(person) }))["title"]!.GetValue<string>()];
            case 8:
                return (await client.ReadAsync("/api/v1/users/me/sessions")).Items("userAgent");
            case 9:
                Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(HttpMethod.Delete, cart)).Status);
                return (await DoneAsync(client, HttpMethod.Put, cart, new { quantity = person })).Items("quantity");
            default:
                var theirs = $"/api/v1/users/me/addresses/{neighbour.Address}";
                (await client.SendAsync(HttpMethod.Get, neighbour.Order)).AssertProblem(HttpStatusCode.NotFound);
                (await client.SendAsync(HttpMethod.Post, $"{neighbour.Order}/pay", new { method = "test-works" })).AssertProblem(HttpStatusCode.NotFound);
                (await client.SendAsync(HttpMethod.Get, theirs)).AssertProblem(HttpStatusCode.NotFound);
                (await client.SendAsync(HttpMethod.Delete, theirs, ifMatch: "*")).AssertProblem(HttpStatusCode.NotFound);
                return [];
        }
    }

    private static async Task<JsonNode> DoneAsync(HttpClient client, HttpMethod method, string address, object body)
    {
        var answer = await client.SendAsync(method, address, body, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return answer.Body!;
    }

    private async Task SetRowSecurityAsync(string state, string[] tables)
    {
        foreach (var table in tables)
        {
            await crowd.Database.ExecuteAsync($"ALTER TABLE {table} {state} ROW LEVEL SECURITY");
        }
    }

    private static string Number(int person) => person.ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes from each statement the condition that says whose rows it is about.</summary>
    private sealed partial class Forgetting : DbCommandInterceptor
    {
        private int _times;

        public int Times => Volatile.Read(ref _times);

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Forget(command);
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Forget(command);
            return ValueTask.FromResult(result);
        }

        // Roles are under no row security: nobody but administrators writes them, and everybody's are read before anybody is somebody.
        private void Forget(DbCommand command)
        {
            if (!command.CommandText.Contains("user_roles", StringComparison.Ordinal) && Whose().IsMatch(command.CommandText))
            {
#pragma warning disable CA2100 // EF's own, less a condition
                command.CommandText = Whose().Replace(command.CommandText, "TRUE");
#pragma warning restore CA2100
                Interlocked.Increment(ref _times);
            }
        }

        [GeneratedRegex(@"\b\w+\.user_id = @\w+")]
        private static partial Regex Whose();
    }

    /// <summary>Fifty people who each have some of everything.</summary>
    public sealed class Crowd(Stack stack) : IAsyncLifetime
    {
        internal const int Size = 50;

        internal TestDatabase Database { get; private set; } = null!;

        internal string Variant { get; private set; } = null!;

        internal string Draft { get; private set; } = null!;

        internal List<Person> People { get; } = [];

        internal sealed record Person(AuthenticationHeaderValue Token, Guid Address, string Order);

        public async ValueTask InitializeAsync()
        {
            Database = await stack.CreateDatabaseAsync();
            await using var api = Host(null);
            using var admin = api.CreateClient();
            admin.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "admin");
            await admin.LogInAsAdminAsync(Database);
            var product = await admin.AddStockedAsync(10_000);
            (Variant, Draft) = (product.Variant(), $"/api/v1/products/{product.Id()}/reviews/draft");
            foreach (var number in Enumerable.Range(1, Size))
            {
                People.Add(await ComeAsync(api, number));
            }
        }

        public ValueTask DisposeAsync() => Database.DisposeAsync();

        internal WebApplicationFactory<Program> Host(IInterceptor? interceptor)
        {
            var few = new NpgsqlConnectionStringBuilder(Database.App) { MaxPoolSize = 5 };
            return ApiFixture.Host(Database, ("ConnectionStrings:platform", few.ConnectionString)).WithWebHostBuilder(host => host.ConfigureTestServices(services =>
                services.ConfigureDbContext<PlatformDbContext>(options => options.AddInterceptors(interceptor is null ? [] : [interceptor]), ServiceLifetime.Singleton)));
        }

        internal HttpClient ClientOf(WebApplicationFactory<Program> api, int person)
        {
            var client = api.CreateClient();
            client.DefaultRequestHeaders.Authorization = People[person - 1].Token;
            return client;
        }

        private async Task<Person> ComeAsync(WebApplicationFactory<Program> api, int number)
        {
            using var client = api.CreateClient();
            client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Number(number));
            await client.RegisterAsync(Database, $"person-{number}@example.org");
            var address = await client.AddAsync("/api/v1/users/me/addresses", new { name = Number(number), line1 = "A street", city = "A town", country = "DE" });
            var order = await client.SendAsync(HttpMethod.Post, "/api/v1/orders",
                new { addressId = address, items = new[] { new { variantId = Variant, quantity = number } } }, idempotencyKey: "one");
            Assert.True(order.Status == HttpStatusCode.Created, order.Body?.ToJsonString());
            await DoneAsync(client, HttpMethod.Put, $"/api/v1/cart/items/{Variant}", new { quantity = number });
            await DoneAsync(client, HttpMethod.Post, Draft, new { rating = 3, title = Number(number) });
            return new Person(client.DefaultRequestHeaders.Authorization!, address, order.Location!);
        }
    }
}
