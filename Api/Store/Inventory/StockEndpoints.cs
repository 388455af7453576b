using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Store.Products;

namespace Platform.Api.Store.Inventory;

/// <summary>What is in stock. Nothing here is cached, neither by the Api nor by others.</summary>
internal static class StockEndpoints
{
    private const int MaxQuantity = 1_000_000;

    internal static void MapStock(this RouteGroupBuilder api)
    {
        api.MapGet("/products/{id}/availability", Availability).WithTags("Products").WithSummary("How many copies of each variant can be bought now.").AnswersInvalid().AnswersNotFound();
        var stock = api.MapGroup("/variants/{id}/stock").WithTags("Stock");
        stock.MapGet("/", Level).WithSummary("What is in stock of a variant.").ForStaff().AnswersInvalid().AnswersNotFound();
        stock.MapPut("/", Plan).WithSummary("Set when to order more of a variant.").ForStaff().ReadsBody(StoreExamples.StockPlan).AnswersNotFound();
        stock.MapGet("/movements", Movements).WithSummary("What came and went, newest first, by pages.").ForStaff().AnswersInvalid().AnswersNotFound();
        stock.MapPost("/movements", Move).WithSummary("Record copies that came or went.")
            .ForStaff().ReadsBody(StoreExamples.Movement).AnswersCreated<MovementDetails>().AnswersNotFound().AnswersConflict();
    }

    /// <summary>A variant and how many of it can be bought.</summary>
    internal sealed record VariantAvailability(Guid VariantId, [property: Description("On hand and promised to nobody.")] int Available);

    /// <summary>What can be bought of a product at this moment; by the checkout somebody else may have it.</summary>
    internal sealed record ProductAvailability(Guid ProductId, IReadOnlyList<VariantAvailability> Variants);

    internal sealed record StockDetails(
        Guid VariantId, [property: Description("Copies that are there.")] int OnHand, [property: Description("Those of them that are promised to orders.")] int Reserved,
        [property: Description("At or below it, more should be ordered.")] int ReorderPoint);

    internal sealed record PlanRequest(
        [property: Required, Range(0, MaxQuantity), Description("At or below it, more should be ordered.")] int? ReorderPoint);

    internal sealed record MovementRequest(
        [property: Required, Range(-MaxQuantity, MaxQuantity), Description("Copies; negative when they went, never 0.")] int? Quantity,
        [property: Required, AllowedValues("receipt", "return", "adjustment")] string? Kind,
        [property: MaxLength(500)] string? Note = null);

    internal sealed record MovementDetails(Guid Id, Guid VariantId, int Quantity, string Kind, Guid? OrderId, string? Note, DateTimeOffset At);

    private static async Task<Results<Ok<ProductAvailability>, ProblemHttpResult>> Availability(
        [Description("The product's id or its name in addresses.")] string id, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (await ProductEndpoints.FindPublicAsync(db, id, cancellationToken) is not { } product)
        {
            return Problems.NotFound("product");
        }

        var variants = await db.ProductVariants.Where(v => v.ProductId == product.Id && v.IsActive)
            .Join(db.Inventory, v => v.Id, s => s.VariantId, (v, s) => new { v.Id, Available = s.OnHand - s.Reserved })
            .OrderBy(v => v.Id).Select(v => new VariantAvailability(v.Id, v.Available)).ToListAsync(cancellationToken);
        return TypedResults.Ok(new ProductAvailability(product.Id, variants));
    }

    private static async Task<Results<Ok<StockDetails>, ProblemHttpResult>> Level(Guid id, PlatformDbContext db, CancellationToken cancellationToken) =>
        await db.Inventory.Where(s => s.VariantId == id).Select(s => new StockDetails(s.VariantId, s.OnHand, s.Reserved, s.ReorderPoint)).SingleOrDefaultAsync(cancellationToken) is { } level
            ? TypedResults.Ok(level)
            : Problems.NotFound("variant");

    // Copies come and go all the time, and what staff plan does not depend on them: so nobody has to have seen the latest.
    private static async Task<Results<Ok<StockDetails>, ProblemHttpResult>> Plan(Guid id, PlanRequest request, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (request.ReorderPoint is not (>= 0 and <= MaxQuantity))
        {
            return Problems.Invalid("reorderPoint", $"reorderPoint must be a whole number from 0 to {MaxQuantity}.");
        }

        await db.Inventory.Where(s => s.VariantId == id).ExecuteUpdateAsync(set => set.SetProperty(s => s.ReorderPoint, request.ReorderPoint.Value), cancellationToken);
        return await Level(id, db, cancellationToken);
    }

    private static async Task<Results<Ok<Page<MovementDetails>>, ProblemHttpResult>> Movements(
        Guid id,
        [FromQuery, Description("The `next` of the page before.")] string? after,
        [FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? limit,
        PlatformDbContext db, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var size = Page.Limit(limit, errors);
        var scope = $"movements\n{id}";
        var from = Cursor.Read(after, scope, errors, key => long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        if (!await db.Inventory.AnyAsync(s => s.VariantId == id, cancellationToken))
        {
            return Problems.NotFound("variant");
        }

        var movements = db.StockMovements.AsNoTracking().Where(m => m.VariantId == id);
        if (from is not null)
        {
            var at = new DateTimeOffset(long.Parse(from.Key, CultureInfo.InvariantCulture), TimeSpan.Zero);
            movements = movements.Where(m => EF.Functions.LessThan(ValueTuple.Create(m.At, m.Id), ValueTuple.Create(at, from.Id)));
        }

        var rows = await movements.OrderByDescending(m => m.At).ThenByDescending(m => m.Id).Take(size + 1)
            .Select(m => new MovementDetails(m.Id, m.VariantId, m.Quantity, StoreEnums.Text(m.Kind), m.OrderId, m.Note, m.At)).ToListAsync(cancellationToken);
        return TypedResults.Ok(Page.Of(rows, size, last => new Cursor(last.At.UtcTicks.ToString(CultureInfo.InvariantCulture), last.Id).Encode(scope)));
    }

    private static async Task<Results<Created<MovementDetails>, ProblemHttpResult>> Move(
        Guid id, MovementRequest request, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (request.Quantity is not { } quantity || quantity is 0 or < -MaxQuantity or > MaxQuantity)
        {
            errors.Add("quantity", $"quantity must be a whole number from -{MaxQuantity} to {MaxQuantity}, and not 0.");
            quantity = 0;
        }

        // Sales are the orders' to record.
        if (!StoreEnums.TryParse<StockMovementKind>(request.Kind, out var kind) || kind == StockMovementKind.Sale)
        {
            errors.Add("kind", "kind must be receipt, return or adjustment.");
        }
        else if (quantity < 0 && kind != StockMovementKind.Adjustment)
        {
            errors.Add("quantity", "quantity must be above 0: copies that went are an adjustment.");
        }

        var note = errors.OptionalText("note", request.Note, 500);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        var now = clock.GetUtcNow();
        var movement = new StockMovement { Id = Guid.CreateVersion7(now), VariantId = id, Quantity = quantity, Kind = kind, Note = note, At = now };
        db.StockMovements.Add(movement);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            return Problems.NotFound("variant");
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NumericValueOutOfRange })
        {
            return Problems.Conflict("quantity", "quantity is more than there is, or than is not promised to orders.");
        }

        return TypedResults.Created($"/api/v1/variants/{id}/stock/movements",
            new MovementDetails(movement.Id, id, quantity, StoreEnums.Text(kind), null, note, now));
    }
}
