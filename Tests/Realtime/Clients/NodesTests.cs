using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Realtime.Clients;

/// <summary>Two realtime nodes and an Api, as processes, on one database and one Redis: from a row to a client.</summary>
public sealed class NodesTests(NodesTests.Processes processes) : IClassFixture<NodesTests.Processes>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>They take long to start, and have enough in common.</summary>
    public sealed class Processes(Stack stack) : IAsyncLifetime
    {
        internal PublishedLog Log { get; private set; } = null!;

        internal ApiProcess Api { get; private set; } = null!;

        internal RealtimeProcess First { get; private set; } = null!;

        internal RealtimeProcess Second { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Log = await PublishedLog.CreateAsync(stack);
            Api = await ApiProcess.StartAsync(Log.Database, ("Logging:LogLevel:Default", "Warning"), ("Logging:LogLevel:Microsoft.EntityFrameworkCore", "Warning"));
            First = await Log.StartNodeAsync(("Api:Address", Api.Address.OriginalString));
            Second = await Log.StartNodeAsync(("Api:Address", Api.Address.OriginalString));
        }

        public async ValueTask DisposeAsync()
        {
            // Null when those before could not be made.
            await (Api?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (Log?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Fact]
    public async Task A_client_that_moves_between_nodes_is_told_each_change_once_in_order()
    {
        const int Updates = 150;
        var book = await processes.Log.AddBookAsync();
        var added = await processes.Log.NowAsync();
        var topic = $"books/{book}";
        List<int> years = [];
        await using var before = await ChangesClient.ConnectAsync(processes.First.Address);
        var last = await before.SubscribeAsync(topic, added);
        var writing = Task.Run(async () =>
        {
            for (var year = 1; year <= Updates; year++)
            {
                await processes.Log.Database.ExecuteAsync("UPDATE catalog.books SET published_year = $2 WHERE id = $1", book, year);
            }
        }, Token);

        for (var moves = 0; years.Count == 0 || years[^1] < Updates; moves++)
        {
            // By the hub and by events in turn, always from the last id.
            if (moves % 3 == 2)
            {
                using var http = processes.First.CreateClient();
                await using var stream = await EventStreamClient.OpenAsync(http, $"/changes?topics={topic}", last);
                foreach (var item in await stream.ReadAsync(1))
                {
                    Assert.Equal("change", item.EventType);
                    years.Add(Year(JsonDocument.Parse(item.Data).RootElement));
                    last = item.EventId!;
                }

                continue;
            }

            await using var client = await ChangesClient.ConnectAsync((moves % 3 == 0 ? processes.Second : processes.First).Address);
            await client.SubscribeAsync(topic, last);
            foreach (var telling in await client.ToldAsync(1))
            {
                Assert.Equal("change", telling.Kind);
                years.Add(Year(telling.Body));
                last = telling.Id;
            }
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, Updates), years);
        // And who stayed was told the same.
        Assert.Equal(years, (await before.ToldAsync(Updates)).Select(telling => Year(telling.Body)));
    }

    [Fact]
    public async Task From_the_answer_of_a_read_to_a_subscription_nothing_is_missing()
    {
        using var reader = processes.Api.CreateClient();
        using var admin = processes.Api.CreateClient();
        await admin.LogInAsAdminAsync(processes.Log.Database);
        var book = await admin.AddAsync("/api/v1/books", new { title = "Emma" });
        string? position = null;
        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await reader.GetAsync($"/api/v1/books/{book}", Token);
            position = answer.Headers.TryGetValues("Platform-Lsn", out var values) ? values.Single() : null;
            return answer.StatusCode == HttpStatusCode.OK && position is not null;
        }, "a read says its position");

        await processes.Log.Database.ExecuteAsync("UPDATE catalog.books SET published_year = 1815 WHERE id = $1", book);
        await using var client = await ChangesClient.ConnectAsync(processes.Second.Address);
        await client.SubscribeAsync($"books/{book}", position);

        await Eventually.HoldsAsync(() => Task.FromResult(client.Changes.Any(telling => telling.Body.GetProperty("op").GetString() == "update" && Year(telling.Body) == 1815)), "the change is told");
        Assert.Empty(client.Gaps);
        // Whoever asks for the state with this change gets it.
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/books/{book}") { Headers = { { "Platform-Min-Lsn", client.Changes.Last().Body.GetProperty("lsn").GetString() } } };
        using var state = await reader.SendAsync(asked, Token);
        using var body = JsonDocument.Parse(await state.Content.ReadAsStringAsync(Token));
        Assert.Equal(1815, body.RootElement.GetProperty("publishedYear").GetInt32());
    }

    [Fact]
    public async Task A_logout_ends_the_connections_of_the_session_on_both_nodes_and_no_other()
    {
        using var phone = processes.Api.CreateClient();
        using var desk = processes.Api.CreateClient();
        await phone.RegisterAsync(processes.Log.Database, "reader@example.org");
        await desk.LogInAsync("reader@example.org");
        var registered = await processes.Log.NowAsync();
        await using var here = await SubscribedAsync(processes.First, phone, "users/me", registered);
        await using var there = await SubscribedAsync(processes.Second, phone, "users/me", registered);
        await using var other = await SubscribedAsync(processes.Second, desk, "users/me", registered);

        await phone.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");

        await here.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await there.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await desk.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "Ishmael" });
        await processes.Log.Database.ExecuteAsync("UPDATE identity.users SET display_name = 'Queequeg' WHERE email = 'reader@example.org'");
        await other.ToldAsync(1);
        Assert.Empty(here.Changes.Concat(there.Changes));
    }

    [Fact]
    public async Task A_librarian_who_is_dismissed_by_a_statement_hears_nothing_more_of_others_orders()
    {
        using var admin = processes.Api.CreateClient();
        using var buyer = processes.Api.CreateClient();
        using var librarian = processes.Api.CreateClient();
        await admin.LogInAsAdminAsync(processes.Log.Database);
        var variant = (await admin.AddStockedAsync(10)).Variant();
        await buyer.RegisterAsync(processes.Log.Database, "buyer@example.org");
        var order = (await buyer.OrderAsync(await buyer.AddAddressAsync(), variant)).Body!.Id();
        var (id, _) = await librarian.RegisterAsync(processes.Log.Database, "librarian@example.org", "librarian");
        var placed = await processes.Log.NowAsync();
        await using var owner = await SubscribedAsync(processes.First, buyer, $"orders/{order}", placed);
        await using var staff = await SubscribedAsync(processes.Second, librarian, $"orders/{order}", placed);
        await processes.Log.Database.ExecuteAsync("UPDATE store.orders SET paid_at = now() WHERE id = $1", Guid.Parse(order));
        await staff.ToldAsync(1);

        await processes.Log.Database.ExecuteAsync("DELETE FROM identity.user_roles WHERE user_id = $1 AND role_id IN (SELECT id FROM identity.roles WHERE name = 'librarian')", id);
        await processes.Log.Database.ExecuteAsync("UPDATE store.orders SET shipped_at = now() WHERE id = $1", Guid.Parse(order));

        var told = await staff.ToldAsync(2);
        Assert.Equal(("gap", "revoked"), (told[1].Kind, told[1].Reason));
        Assert.Equal(2, (await owner.ToldAsync(2)).Count);
        await Assert.ThrowsAsync<HubException>(() => staff.SubscribeAsync($"orders/{order}"));
        Assert.Equal(2, staff.Told.Count);
    }

    private static async Task<ChangesClient> SubscribedAsync(RealtimeProcess node, HttpClient user, string topic, string? after = null)
    {
        var client = await ChangesClient.ConnectAsync(node.Address, user.DefaultRequestHeaders.Authorization!.Parameter);
        await client.SubscribeAsync(topic, after);
        return client;
    }

    private static int Year(JsonElement change) => change.GetProperty("data").GetProperty("publishedYear").GetInt32();
}
