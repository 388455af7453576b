using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Api.Catalog.Import;
using Platform.Api.Data;
using Platform.CacheMap;
using Platform.Caching;
using Platform.Tests.Api.Catalog;
using Platform.Tests.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Data;

/// <summary>
/// The database itself notes every row that changes; whatever the mapping makes of those rows, the Api must have told the
/// cache, by whichever way it wrote them.
/// </summary>
public sealed class CacheCompletenessTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private readonly Lock _telling = new();
    private readonly List<CacheChanges> _told = [];
    private TestDatabase _database = null!;
    private WebApplicationFactory<Program> _api = null!;
    private HttpClient _admin = null!;
    private long _checked;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync();
        await _database.ExecuteAsync("""
            CREATE TABLE public.noted (id bigint GENERATED ALWAYS AS IDENTITY, of text, was jsonb, now jsonb);
            CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                INSERT INTO public.noted (of, was, now) VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW));
                RETURN NULL;
            END $$
            """);
        foreach (var table in CacheMapping.CachedTables)
        {
            await _database.ExecuteAsync($"CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION public.note()");
        }

        _api = ApiFixture.Host(_database).WithWebHostBuilder(host =>
            host.ConfigureTestServices(services => services.AddSingleton(new CacheInvalidation(RecordAsync, TimeProvider.System))));
        _admin = _api.CreateClient();
        await _admin.LogInAsAdminAsync(_database);
        // By `migrate`, before anybody could have cached what is known of them.
        _checked = await _database.ScalarAsync<long>("SELECT max(id) FROM public.noted");
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Every_write_of_the_api_is_told()
    {
        var author = await ToldAsync(() => _admin.AddAuthorAsync("Jane"));
        var other = await ToldAsync(() => _admin.AddAuthorAsync("Cassandra"));
        var category = await ToldAsync(() => _admin.AddCategoryAsync("novels"));
        var below = await ToldAsync(() => _admin.AddCategoryAsync("letters", category));
        var book = await ToldAsync(() => _admin.AddAsync("/api/v1/books", Book("Emma", author, category, "9780142437247", "de")));
        await ToldAsync(() => PutAsync($"authors/{author}", new { name = "Jane Austen" }));
        await ToldAsync(() => PutAsync($"categories/{below}", new { name = "Letters", slug = "letters" }));
        await ToldAsync(() => PutAsync($"books/{book}", Book("Emma", author, category, "9780142437247", "fr")));
        await ToldAsync(() => PutAsync($"books/{book}", Book("Emma, again", other, below, "9780306406157", "fr")));
        await ToldAsync(() => DeleteAsync($"books/{book}"));
        var product = await ToldAsync(() => _admin.AddProductAsync("emma"));
        await ToldAsync(() => PutAsync($"products/{product.Id()}", Shop.Product(Guid.Parse(product["bookId"]!.ToString()), "emma-woodhouse", price: 12.34m)));
        await ToldAsync(() => DeleteAsync($"authors/{author}"));
        await ToldAsync(() => DeleteAsync($"categories/{below}"));
    }

    [Fact]
    public async Task Every_login_logout_and_change_of_an_account_is_told()
    {
        const string Email = "ishmael@example.org";
        using var member = _api.CreateClient();
        await ToldAsync(() => member.SendAsync(HttpMethod.Post, "/api/v1/auth/register", new { email = Email, password = Accounts.Password }));
        var id = await _database.ScalarAsync<Guid>("SELECT id FROM identity.users WHERE email = $1", Email);
        var token = await ToldAsync(() => member.LogInAsync(Email));
        await ToldAsync(() => member.SendAsync(HttpMethod.Post, "/api/v1/auth/refresh", new { refreshToken = token }));
        await ToldAsync(() => PutAsync($"users/{id}", new { type = "student", roles = new[] { "librarian" } }));
        await ToldAsync(() => PutAsync($"users/{id}", new { type = "student", roles = Array.Empty<string>() }));
        await ToldAsync(() => member.SendAsync(HttpMethod.Put, "/api/v1/users/me", new { displayName = "Ishmael" }, ifMatch: "*"));
        await ToldAsync(() => member.SendAsync(HttpMethod.Post, "/api/v1/auth/logout"));
        await ToldAsync(() => member.LogInAsync(Email));
        await ToldAsync(() => member.SendAsync(HttpMethod.Post, "/api/v1/auth/logout-all"));
        await ToldAsync(() => member.LogInAsync(Email));
        await ToldAsync(() => member.SendAsync(HttpMethod.Post, "/api/v1/users/me/password", new { currentPassword = Accounts.Password, newPassword = "another secret, as long" }));
        await ToldAsync(() => PutAsync($"users/{id}", new { type = "student", roles = Array.Empty<string>(), isLocked = true }));
    }

    [Fact]
    public async Task Every_vector_is_told()
    {
        await _admin.AddAsync("/api/v1/books", new { title = "Emma" });

        await Eventually.HoldsAsync(async () => (await NotedAsync("= 'catalog.book_embeddings'")).Tags.Count == 1, "the worker has stored the vector");
        await Eventually.HoldsAsync(async () => (await NotedAsync("= 'catalog.book_embeddings'")).Tags.All(tag => Told().Any(told => told.Tags.Contains(tag))), "it was told");
    }

    [Fact]
    public async Task Every_batch_of_an_import_is_told()
    {
        using var folder = ImportFolder.Sound();
        await ToldAsync(() => ImportAsync(folder));

        folder.Write("books.csv", ImportFolder.BookColumns,
            """1,0306406152,Somebody Else,2008.0,The Hunger Games,The Hungry Games,eng,4.34,4780653,""",
            """2,,"Homer, Robert Fagles,  Bernard  Knox",-750.0,Ἰλιάς,The Iliad,en-US,3.83,241089,""");
        folder.Write("genres.csv", "poetry,science-fiction", "0.5,0.5", "1.0,0.25", "0,0");
        await ToldAsync(() => ImportAsync(folder));
    }

    // What the step changed is told by the time it is done.
    private async Task<T> ToldAsync<T>(Func<Task<T>> step)
    {
        int before;
        lock (_telling)
        {
            before = _told.Count;
        }

        var result = await step();

        // Workers write these, and tell of them, when they get to it.
        var expected = await NotedAsync("<> ALL ('{catalog.book_embeddings,catalog.category_counts}')");
        var told = Told().Skip(before).ToList();
        Assert.False(expected.IsEmpty, "the step changed nothing");
        Assert.False(expected.IsEverything);
        if (!told.Exists(changes => changes.IsEverything))
        {
            Assert.Empty(expected.Keys.Except(told.SelectMany(changes => changes.Keys)));
            Assert.Empty(expected.Tags.Except(told.SelectMany(changes => changes.Tags)));
        }

        return result;
    }

    // Each value as text, as in the WAL.
    private async Task<CacheChanges> NotedAsync(string ofTables)
    {
        var changes = new CacheChanges();
        await using var connection = new NpgsqlConnection(_database.Admin);
        await connection.OpenAsync(Ct);
#pragma warning disable CA2100 // a condition of this class
        await using var command = new NpgsqlCommand($"SELECT of, was::text, now::text, id FROM public.noted WHERE id > $1 AND of {ofTables} ORDER BY id", connection)
#pragma warning restore CA2100
        {
            Parameters = { new() { Value = _checked } },
        };
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
        {
            foreach (var state in new[] { 1, 2 }.Where(column => !reader.IsDBNull(column)).Select(reader.GetString))
            {
                var row = JsonNode.Parse(state)!;
                // Nobody logs in as a reader who was imported.
                if (reader.GetString(0) != "identity.users" || row["email"] is not null)
                {
                    changes.AddRow(reader.GetString(0), column => row[column]?.ToString());
                }
            }

            if (ofTables.StartsWith('<'))
            {
                _checked = reader.GetInt64(3);
            }
        }

        return changes;
    }

    private async Task<int> ImportAsync(ImportFolder folder)
    {
        using var report = new ImportReport(folder.Report);
        var import = new GoodbooksImport(_database.App, TimeProvider.System, _api.Services.GetRequiredService<CacheInvalidation>());
        return (await import.RunAsync(folder.Path, report, _ => { }, Ct)).Count;
    }

    private static object Book(string title, Guid author, Guid category, string isbn13, string language) => new
    {
        title, authorIds = new[] { author }, categoryIds = new[] { category }, identifiers = new { isbn13 },
        translations = new[] { new { language, title } },
    };

    private async Task<HttpStatusCode> PutAsync(string address, object body)
    {
        var answer = await _admin.SendAsync(HttpMethod.Put, $"/api/v1/{address}", body, ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body?.ToJsonString());
        return answer.Status;
    }

    private async Task<HttpStatusCode> DeleteAsync(string address)
    {
        var answer = await _admin.SendAsync(HttpMethod.Delete, $"/api/v1/{address}", ifMatch: "*");
        Assert.True(answer.Status == HttpStatusCode.NoContent, answer.Body?.ToJsonString());
        return answer.Status;
    }

    private List<CacheChanges> Told()
    {
        lock (_telling)
        {
            return [.. _told];
        }
    }

    private ValueTask RecordAsync(CacheChanges changes, SeenCommits? seen)
    {
        lock (_telling)
        {
            _told.Add(changes);
        }

        return ValueTask.CompletedTask;
    }
}
