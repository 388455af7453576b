using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Identity;
using Platform.Api.Store;
using Platform.Api.Store.Orders;

namespace Platform.LoadTests.Checkout;

/// <summary>
/// The statements that a checkout sends, recorded from one, to be sent again by nothing but Npgsql: the limit of what a
/// checkout can be. Of the recorded values those are replaced that say who buys what under which key.
/// </summary>
internal sealed class RecordedCheckout
{
    private readonly List<DbCommand> _statements = [];
    private readonly Buyer _buyer;
    private readonly Guid _variant;
    private readonly string _key;
    private readonly Guid _order;

    private RecordedCheckout(List<DbCommand> statements, Buyer buyer, Guid variant, string key)
    {
        (_statements, _buyer, _variant, _key) = (statements, buyer, variant, key);
        _order = _statements.SelectMany(Values).OfType<Guid>().First(id => id != buyer.Id && id != buyer.AddressId);
    }

    internal int Statements => _statements.Count;

    /// <summary>Orders one copy, and keeps what that took.</summary>
    internal static async Task<RecordedCheckout> RecordAsync(Shop shop, CancellationToken cancellationToken)
    {
        var recorder = new Recorder();
        var (buyer, variant, key) = (shop.Buyers[0], shop.Variants[0], Guid.CreateVersion7().ToString());
        await using var db = MigrateCommand.Open(shop.Database.App, recorder);
        await using var services = new ServiceCollection().AddOptions().AddMetrics().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, Request = { Method = "POST", Path = "/api/v1/orders", Headers = { [Idempotency.Header] = key } } };
        var user = new CurrentUser(buyer.Id, Guid.Empty, IsStaff: false);
        var request = new CheckoutRequest(buyer.AddressId, [new CheckoutRequest.Item(variant, 1)]);
        var telemetry = new OrderTelemetry(services.GetRequiredService<IMeterFactory>());
        var checkout = new Platform.Api.Store.Orders.Checkout(db, StoreSettings.From(new ConfigurationBuilder().Build()), telemetry, TimeProvider.System);
        var result = await checkout.PlaceAsync(user, request, Idempotency.Read(http.Request, user, request, []), cancellationToken);
        return result.Result is KeptAnswer ? new RecordedCheckout(recorder.Statements, buyer, variant, key) : throw new InvalidOperationException("The checkout that was to be recorded was refused.");
    }

    /// <summary>Sends the statements of a checkout, one after the other, in one transaction.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "The text is the platform's own.")]
    internal async Task SendAsync(NpgsqlDataSource database, Buyer buyer, Guid variant)
    {
        var (order, key) = (Guid.CreateVersion7(), Guid.CreateVersion7().ToString());
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in _statements)
        {
            await using var command = new NpgsqlCommand(statement.CommandText, connection, transaction);
            foreach (NpgsqlParameter parameter in statement.Parameters)
            {
                var own = parameter.Clone();
                own.Value = parameter.Value switch
                {
                    Guid id => id == _buyer.Id ? buyer.Id : id == _buyer.AddressId ? buyer.AddressId : id == _order ? order : id,
                    Guid[] ids => ids.Select(id => id == _variant ? variant : id).ToArray(),
                    string text => text == _key ? key : text == _buyer.Id.ToString() ? buyer.Id.ToString() : text,
                    var other => other,
                };
                command.Parameters.Add(own);
            }

            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                // What it says is the recorded one's business.
            }
        }

        await transaction.CommitAsync();
    }

    private static IEnumerable<object?> Values(DbCommand command) => command.Parameters.Cast<DbParameter>().Select(parameter => parameter.Value);

    // The commands themselves are used again, so what they were is copied.
    private sealed class Recorder : DbCommandInterceptor
    {
        internal List<DbCommand> Statements { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Statements.Add(((NpgsqlCommand)command).Clone());
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Statements.Add(((NpgsqlCommand)command).Clone());
            return ValueTask.FromResult(result);
        }
    }
}
