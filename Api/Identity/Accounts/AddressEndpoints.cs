using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;

namespace Platform.Api.Identity.Accounts;

/// <summary><c>/users/me/addresses</c>: another user's address is one that does not exist.</summary>
internal static class AddressEndpoints
{
    internal static void MapAddresses(this RouteGroupBuilder api)
    {
        var addresses = api.MapGroup("/users/me/addresses").WithTags("Addresses");
        addresses.MapGet("/", List).WithSummary($"The caller's addresses, at most {Address.MaxPerUser}.").ForMembers();
        addresses.MapGet("/{id}", Get).WithSummary("One address.").ForMembers().AnswersInvalid().AnswersNotFound();
        addresses.MapPost("/", Create).WithSummary("Add an address.").ForMembers().ReadsBody(AddressRequest.Example).AnswersCreated<AddressView>().AnswersConflict();
        addresses.MapPut("/{id}", Replace).WithSummary("Change an address.").ForMembers().NeedsIfMatch().ReadsBody(AddressRequest.Example).AnswersNotFound();
        addresses.MapDelete("/{id}", Delete).WithSummary("Delete an address.").ForMembers().NeedsIfMatch().AnswersInvalid().AnswersNotFound();
    }

    /// <summary>An address.</summary>
    internal sealed record AddressView(
        Guid Id, string Name, string Line1, string? Line2, string City, string? Region, string? PostalCode, string Country, string? Phone);

    private static async Task<Ok<Page<AddressView>>> List(CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        var addresses = await db.Addresses.AsNoTracking().Where(a => a.UserId == user.Id).OrderBy(a => a.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<AddressView>([.. addresses.Select(Describe)], null));
    }

    private static async Task<Results<Representation<AddressView>, ProblemHttpResult>> Get(
        Guid id, CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        return await FindAsync(db, user, id, cancellationToken) is { } address
            ? new Representation<AddressView>(Describe(address))
            : Problems.NotFound("address");
    }

    private static async Task<Results<Representation<AddressView>, ProblemHttpResult>> Create(
        AddressRequest request, CurrentUser user, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var address = new Address
        {
            Id = Guid.CreateVersion7(now), UserId = user.Id, Name = "", Line1 = "", City = "", Country = "", CreatedAt = now, UpdatedAt = now,
        };
        var errors = new FieldErrors();
        request.Apply(address, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        // Addresses that are added at once are counted one after the other.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM identity.users WHERE id = {user.Id} FOR NO KEY UPDATE", cancellationToken);
        if (await db.Addresses.CountAsync(a => a.UserId == user.Id, cancellationToken) >= Address.MaxPerUser)
        {
            return Problems.Conflict("address", $"An account has at most {Address.MaxPerUser} addresses.");
        }

        db.Addresses.Add(address);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Representation<AddressView>(Describe(address), createdAt: $"/api/v1/users/me/addresses/{address.Id}");
    }

    private static async Task<Results<Representation<AddressView>, ProblemHttpResult>> Replace(
        Guid id, AddressRequest request, CurrentUser user, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await FindAsync(db, user, id, cancellationToken) is not { } address)
        {
            return Problems.NotFound("address");
        }

        if (Representation.Refuse(http, Describe(address)) is { } refusal)
        {
            return refusal;
        }

        var errors = new FieldErrors();
        request.Apply(address, errors);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        address.UpdatedAt = clock.GetUtcNow();
        return await SaveAsync(db, transaction, cancellationToken)
            ? new Representation<AddressView>(Describe(address))
            : Representation.Stale();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, CurrentUser user, HttpRequest http, PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (await FindAsync(db, user, id, cancellationToken) is not { } address)
        {
            return Problems.NotFound("address");
        }

        if (Representation.Refuse(http, Describe(address)) is { } refusal)
        {
            return refusal;
        }

        db.Addresses.Remove(address);
        return await SaveAsync(db, transaction, cancellationToken) ? TypedResults.NoContent() : Representation.Stale();
    }

    private static Task<Address?> FindAsync(PlatformDbContext db, CurrentUser user, Guid id, CancellationToken cancellationToken) =>
        db.Addresses.SingleOrDefaultAsync(a => a.Id == id && a.UserId == user.Id, cancellationToken);

    // False when somebody else wrote it in between.
    private static async Task<bool> SaveAsync(PlatformDbContext db, IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private static AddressView Describe(Address a) => new(a.Id, a.Name, a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.Country, a.Phone);
}
