using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Api.Catalog;
using Platform.Api.Data;
using Platform.Api.Identity;
using Platform.Api.Store.Products;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Checkout;

/// <summary>A shop with variants to sell, and people with accounts and addresses who buy.</summary>
/// <param name="Database">Where it is.</param>
/// <param name="Variants">What is sold.</param>
/// <param name="Buyers">Who buys.</param>
internal sealed record Shop(BenchDatabase Database, Guid[] Variants, Buyer[] Buyers)
{
    // What hashing passwords costs is not what is measured.
    internal const string HashIterations = "10000";

    private const string Password = "a bench needs no secret";

    internal static async Task<Shop> OpenAsync(BenchStack stack, int variants, int buyers, CancellationToken cancellationToken)
    {
        var database = await stack.CreateDatabaseAsync("bench_checkout", fresh: true, cancellationToken);
        // As superuser, to whom row security does not apply.
        await using var db = MigrateCommand.Open(database.Admin);
        var now = TimeProvider.System.GetStorableNow();
        var hash = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = int.Parse(HashIterations, CultureInfo.InvariantCulture) })).HashPassword(new User(), Password);
        var book = new Book { Id = Guid.CreateVersion7(now), Title = "Emma", CreatedAt = now, UpdatedAt = now };
        var product = new Product { Id = Guid.CreateVersion7(now), BookId = book.Id, Title = "Emma", Slug = "emma", Status = ProductStatus.Active, CreatedAt = now, UpdatedAt = now };
        product.Variants.AddRange(Enumerable.Range(0, variants).Select(n => new ProductVariant
        {
            Id = Guid.CreateVersion7(now), ProductId = product.Id, Format = VariantFormat.Ebook, Sku = string.Create(CultureInfo.InvariantCulture, $"emma-{n}"), Price = 9.90m, Currency = "EUR", IsActive = true,
        }));
        var people = Enumerable.Range(0, buyers).Select(n => string.Create(CultureInfo.InvariantCulture, $"buyer{n}@example.org")).Select(email => new User
        {
            Id = Guid.CreateVersion7(now), UserName = email, NormalizedUserName = email.ToUpperInvariant(), Email = email, NormalizedEmail = email.ToUpperInvariant(),
            PasswordHash = hash, SecurityStamp = Guid.CreateVersion7().ToString("N"), LockoutEnabled = true, CreatedAt = now,
        }).ToArray();
        var addresses = people.Select(user => new Address { Id = Guid.CreateVersion7(now), UserId = user.Id, Name = "Emma", Line1 = "1 High Street", City = "Highbury", PostalCode = "KT1", Country = "GB", CreatedAt = now, UpdatedAt = now }).ToArray();
        db.AddRange([book, product, .. people, .. addresses]);
        await db.SaveChangesAsync(cancellationToken);
        await using var admin = await OpenConnectionAsync(database.Admin, cancellationToken);
        await SeedBench.ExecuteAsync(admin, "INSERT INTO store.inventory (variant_id, reserved, reorder_point) SELECT id, 0, 0 FROM store.product_variants ON CONFLICT DO NOTHING", cancellationToken);
        return new Shop(database, [.. product.Variants.Select(v => v.Id)], [.. people.Zip(addresses, (user, address) => new Buyer(user.Id, user.Email!, address.Id))]);
    }

    /// <summary>Starts an Api that sells.</summary>
    internal Task<ServerProcess> StartApiAsync(HttpClient client, string redis, string ns, CancellationToken cancellationToken)
    {
        var api = BenchApi.Start(Database, redis, new Dictionary<string, string> { ["Cache__Namespace"] = ns, ["Cache__RedisBudget"] = "00:00:01", ["Database__RequestDeadline"] = "00:00:10", ["Identity__HashIterations"] = HashIterations });
        return ReadyAsync();

        async Task<ServerProcess> ReadyAsync()
        {
            try
            {
                await api.ReadyAsync(client, "/health", cancellationToken);
                return api;
            }
            catch
            {
                api.Dispose();
                throw;
            }
        }
    }

    /// <summary>Gives each buyer an access token, and has each have looked at the Api where they will buy.</summary>
    internal Task LogInAsync(HttpClient client, ServerProcess[] apis, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(Buyers.Index(), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (entry, token) =>
        {
            var (n, buyer) = entry;
            var api = apis[n % apis.Length].Address;
            using var answer = await client.PostAsJsonAsync(new Uri(api, "/api/v1/auth/login"), new { email = buyer.Email, password = Password }, token);
            buyer.AccessToken = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(token))!["accessToken"]!.GetValue<string>();
            using var look = new HttpRequestMessage(HttpMethod.Get, new Uri(api, "/api/v1/orders")) { Headers = { { "Authorization", $"Bearer {buyer.AccessToken}" } } };
            using var orders = await client.SendAsync(look, token);
            orders.EnsureSuccessStatusCode();
        });

    /// <summary>Empties the books and has so many copies of each variant there.</summary>
    internal async Task RestockAsync(int copies, CancellationToken cancellationToken)
    {
        await using var admin = await OpenConnectionAsync(Database.Admin, cancellationToken);
        await SeedBench.ExecuteAsync(admin, "TRUNCATE store.orders CASCADE; TRUNCATE ops.idempotency_records; UPDATE store.inventory SET reserved = 0", cancellationToken);
        await SeedBench.ExecuteAsync(admin, $"""
            INSERT INTO store.stock_movements (id, variant_id, quantity, kind, at)
            SELECT gen_random_uuid(), variant_id, {copies.ToString(CultureInfo.InvariantCulture)} - on_hand, 'adjustment', now() FROM store.inventory WHERE on_hand <> {copies.ToString(CultureInfo.InvariantCulture)}
            """, cancellationToken);
    }

    /// <summary>How the books are: copies promised beyond those there, variants whose stock is not their ledger's sum, variants whose promises are not their orders', orders.</summary>
    internal async Task<(long Oversold, long OffLedger, long OffOrders, long Orders)> AuditAsync(CancellationToken cancellationToken)
    {
        await using var admin = await OpenConnectionAsync(Database.Admin, cancellationToken);
        await using var command = new NpgsqlCommand("""
            SELECT coalesce(sum(greatest(s.reserved - s.on_hand, 0)), 0)::bigint,
                   count(*) FILTER (WHERE s.on_hand <> coalesce((SELECT sum(m.quantity) FROM store.stock_movements m WHERE m.variant_id = s.variant_id), 0)),
                   count(*) FILTER (WHERE s.reserved <> coalesce((SELECT sum(i.quantity) FROM store.order_items i JOIN store.orders o ON o.id = i.order_id
                                                                  WHERE i.variant_id = s.variant_id AND o.status = 'pending'), 0)),
                   (SELECT count(*) FROM store.orders)
            FROM store.inventory s
            """, admin);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    private static async Task<NpgsqlConnection> OpenConnectionAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}

/// <summary>Somebody who buys.</summary>
internal sealed record Buyer(Guid Id, string Email, Guid AddressId)
{
    internal string AccessToken { get; set; } = "";

    /// <summary>The request that orders one copy.</summary>
    internal byte[] Order(Uri server, Guid variant, string key)
    {
        var body = $$"""{"addressId":"{{AddressId}}","items":[{"variantId":"{{variant}}","quantity":1}]}""";
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /api/v1/orders HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {AccessToken}\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }
}
