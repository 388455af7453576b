using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;
using Platform.LoadTests.Http;

namespace Platform.LoadTests.Checkout;

/// <summary>
/// <c>bench checkout</c>: a copy that everybody wants, a shop that is sold out by two Apis at once, and how many orders a
/// second there are next to the same statements sent straight through Npgsql.
/// </summary>
internal static class CheckoutBench
{
    private const int Workers = 64;
    private const int Variants = 100;
    private const int CopiesToSellOut = 20;
    private const int Crowd = 1_000;
    private const int Connections = 32;
    private const double Goal = 0.6;

    private static readonly Option<double> Seconds = new("--seconds") { Description = "How long a round of the throughput is.", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How many rounds count.", DefaultValueFactory = _ => 3 };

    internal static Command Create()
    {
        var checkout = new Command("checkout", "Orders: none too many, and how many a second.") { BenchRedis.Redis, Seconds, Rounds };
        checkout.SetAction(RunAsync);
        return checkout;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var redis = await BenchRedis.StartAsync(arguments, cancellationToken);
        await using var stack = await BenchStack.StartAsync(arguments, cancellationToken);
        var shop = await Shop.OpenAsync(stack, Variants, Crowd, cancellationToken);
        var ns = $"bench-{Environment.ProcessId}";
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Crowd }) { Timeout = TimeSpan.FromMinutes(2) };
        using var one = await shop.StartApiAsync(client, redis.Configuration, ns, cancellationToken);
        bool reached;
        using (var other = await shop.StartApiAsync(client, redis.Configuration, ns, cancellationToken))
        {
            await shop.LogInAsync(client, [one, other], cancellationToken);
            reached = await LastCopyAsync(shop, client, [one, other], cancellationToken);
            reached &= await SellOutAsync(shop, [one, other], cancellationToken);
        }

        reached &= await ThroughputAsync(shop, one, arguments, cancellationToken);
        await redis.ForgetAsync(ns);
        return reached ? 0 : 1;
    }

    // Everybody at once, half of them at each Api. Who is told to come again does, under the same key.
    private static async Task<bool> LastCopyAsync(Shop shop, HttpClient client, ServerProcess[] apis, CancellationToken cancellationToken)
    {
        await shop.RestockAsync(1, cancellationToken);
        var again = 0;
        var answers = await Task.WhenAll(shop.Buyers.Select(async (buyer, n) =>
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(apis[n % apis.Length].Address, "/api/v1/orders"))
                {
                    Content = new StringContent($$"""{"addressId":"{{buyer.AddressId}}","items":[{"variantId":"{{shop.Variants[0]}}","quantity":1}]}""", Encoding.UTF8, "application/json"),
                    Headers = { { "Authorization", $"Bearer {buyer.AccessToken}" }, { "Idempotency-Key", $"last-{n}" } },
                };
                using var answer = await client.SendAsync(request, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync(cancellationToken));
                Interlocked.Increment(ref again);
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellationToken);
            }
        }));

        var orders = answers.Count(answer => answer.StatusCode == HttpStatusCode.Created);
        var refusals = answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict && answer.Body.Contains("\"available\":0", StringComparison.Ordinal));
        foreach (var other in answers.Where(answer => answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.Conflict)).DistinctBy(answer => answer.StatusCode))
            await Console.Out.WriteLineAsync($"  {(int)other.StatusCode}: {other.Body}");
        var audit = await shop.AuditAsync(cancellationToken);
        return await SayAsync(orders == 1 && refusals == Crowd - 1 && audit is (0, 0, 0, 1),
            $"{Crowd:N0} buyers, 1 copy, 2 Apis: {orders} order, {refusals:N0} answered 409 with what is left, {Crowd - orders - refusals} otherwise ({again:N0} times somebody was told to come again)");
    }

    // Until nothing is left: each copy is one order, however the workers meet.
    private static async Task<bool> SellOutAsync(Shop shop, ServerProcess[] apis, CancellationToken cancellationToken)
    {
        await shop.RestockAsync(CopiesToSellOut, cancellationToken);
        var (orders, refusals) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            var api = apis[worker % apis.Length];
            using var connection = await OpenAsync(api, cancellationToken);
            // Each worker goes through all variants, from one of its own on.
            for (var (turn, soldOut) = (0, 0); soldOut < Variants; turn++)
            {
                var (status, answer) = await connection.SendAsync(shop.Buyers[worker].Order(api.Address, shop.Variants[(worker + turn) % Variants], $"out-{worker}-{turn}"));
                if (status == 201)
                {
                    Interlocked.Increment(ref orders);
                    soldOut = 0;
                }
                else if (status == 409)
                {
                    Interlocked.Increment(ref refusals);
                    soldOut++;
                }
                else
                {
                    throw new IOException($"The Api answered {Encoding.UTF8.GetString(answer.Span)}");
                }
            }
        }));

        var audit = await shop.AuditAsync(cancellationToken);
        return await SayAsync(orders == Variants * CopiesToSellOut && audit is (0, 0, 0, Variants * CopiesToSellOut),
            $"{Workers} workers, {Variants} variants of {CopiesToSellOut} copies, 2 Apis: {orders:N0} orders, {refusals:N0} refusals; oversold {audit.Oversold}, stock that is not its ledger's sum {audit.OffLedger}, promises that are not the orders' {audit.OffOrders}");
    }

    private static async Task<bool> ThroughputAsync(Shop shop, ServerProcess api, ParseResult arguments, CancellationToken cancellationToken)
    {
        var seconds = TimeSpan.FromSeconds(arguments.GetValue(Seconds));
        await shop.RestockAsync(10_000_000, cancellationToken);
        var recorded = await RecordedCheckout.RecordAsync(shop, cancellationToken);
        // As the Api has its connections.
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(shop.Database.App) { MaxPoolSize = Connections, MaxAutoPrepare = 100, Timeout = 60 }.ConnectionString);
        var connections = await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => OpenAsync(api, cancellationToken)));
        var limit = new Measured($"the same {recorded.Statements} statements, Npgsql", "orders/s");
        var figure = new Measured("POST /orders", "orders/s");
        var round = 0;
        var ratio = await Measured.AgainstAsync(arguments.GetValue(Rounds),
            (limit, () => RateAsync(seconds, (worker, _) => recorded.SendAsync(database, shop.Buyers[worker], shop.Variants[Random.Shared.Next(Variants)]))),
            (figure, () =>
            {
                round++;
                return RateAsync(seconds, async (worker, turn) =>
                {
                    var order = shop.Buyers[worker].Order(api.Address, shop.Variants[Random.Shared.Next(Variants)], $"rate-{round}-{worker}-{turn}");
                    var (status, answer) = await connections[worker].SendAsync(order);
                    if (status != 201)
                        throw new IOException($"The Api answered {Encoding.UTF8.GetString(answer.Span)}");
                });
            }));
        foreach (var connection in connections)
            connection.Dispose();

        var audit = await shop.AuditAsync(cancellationToken);
        await Console.Out.WriteLineAsync($"{limit}\n{figure}");
        return await SayAsync(ratio >= Goal && audit is (0, 0, 0, _), string.Create(CultureInfo.InvariantCulture,
            $"{Workers} workers, {Variants} variants, {Connections} connections: POST / limit = {ratio:P0}, goal at least {Goal:P0}; oversold {audit.Oversold}, stock that is not its ledger's sum {audit.OffLedger}, promises that are not the orders' {audit.OffOrders}"));
    }

    // Orders a second by all workers together.
    private static async Task<double> RateAsync(TimeSpan time, Func<int, int, Task> order)
    {
        var clock = Stopwatch.StartNew();
        var orders = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var turn = 0;
            for (; clock.Elapsed < time; turn++)
                await order(worker, turn);
            return turn;
        })));
        return orders.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static Task<HttpConnection> OpenAsync(ServerProcess api, CancellationToken cancellationToken) =>
        HttpConnection.OpenAsync(new IPEndPoint(IPAddress.Parse(api.Address.Host), api.Address.Port), cancellationToken);

    private static async Task<bool> SayAsync(bool reached, string what)
    {
        await Console.Out.WriteLineAsync($"{what}: {(reached ? "reached" : "MISSED")}");
        return reached;
    }
}
