using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity.Sessions;

namespace Platform.Api.Identity.Accounts;

/// <summary><c>/users/{id}</c>: what administrators say of an account.</summary>
internal static class UserAdministration
{
    internal static void MapUserAdministration(this RouteGroupBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Accounts");
        users.MapGet("/{id}", Get).WithSummary("An account.").ForAdministrators().AnswersInvalid().AnswersNotFound();
        users.MapPut("/{id}", Replace).WithSummary("Change an account's type and roles, lock and unlock it. To lock it ends all its sessions.")
            .ForAdministrators().NeedsIfMatch().ReadsBody(new AccountRequest("student", [Roles.Librarian])).AnswersNotFound().AnswersConflict();
    }

    /// <summary>What an administrator may change of an account.</summary>
    internal sealed record AccountRequest(
        [property: Required, Description("Which loan limits hold: reader, student, teacher, …")] string? Type,
        [property: Required, Description("admin, librarian; everybody is a member.")] IReadOnlyList<string?>? Roles,
        [property: Description("Whether nobody is to get in; as it was when it is left out.")] bool? IsLocked = null);

    private static async Task<Results<Representation<UserProfile>, ProblemHttpResult>> Get(Guid id, PlatformDbContext db, CancellationToken cancellationToken) =>
        await UserProfile.FindAsync(db, id, cancellationToken) is (var user, { } roles)
            ? new Representation<UserProfile>(UserProfile.Of(user, roles))
            : Problems.NotFound("account");

    private static async Task<Results<Representation<UserProfile>, ProblemHttpResult>> Replace(
        Guid id, AccountRequest request, CurrentUser caller, HttpRequest http, PlatformDbContext db, SessionTokens sessions, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await UserProfile.FindAsync(db, id, cancellationToken) is not (var user, { } before))
        {
            return Problems.NotFound("account");
        }

        if (Representation.Refuse(http, UserProfile.Of(user, before)) is { } refusal)
        {
            return refusal;
        }

        var errors = new FieldErrors();
        var known = await db.Roles.ToDictionaryAsync(role => role.Name!, role => role.Id, cancellationToken);
        var type = await TypeAsync(db, errors, request.Type, cancellationToken);
        var after = Check(errors, request.Roles, known);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        // Somebody must be left who can give the role back.
        if (id == caller.Id && !after.Contains(Roles.Admin))
        {
            return Problems.Conflict("roles", "You cannot take the role admin from yourself: another administrator can.");
        }

        if (id == caller.Id && request.IsLocked is true)
        {
            return Problems.Conflict("isLocked", "You cannot lock yourself out: another administrator can.");
        }

        // For the account: its sessions are shown to nobody else.
        await using var transaction = await db.BeginAsync(new RowScope(id), cancellationToken);
        var profile = UserProfile.Of(user, after) with { Type = type, IsLocked = request.IsLocked ?? user.LockoutEnd == User.LockedForGood };
        var (isLockLeft, lockedUntil) = (request.IsLocked is null, request.IsLocked is true ? User.LockedForGood : (DateTimeOffset?)null);
        var stamp = Guid.CreateVersion7(clock.GetUtcNow()).ToString();
        // Before the roles: of two who change them at once the second waits here, and then is told that it came too late.
        if (await db.Users.Where(u => u.Id == id && u.ConcurrencyStamp == user.ConcurrencyStamp)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.Type, type).SetProperty(u => u.ConcurrencyStamp, stamp)
                    .SetProperty(u => u.LockoutEnd, u => isLockLeft ? u.LockoutEnd : lockedUntil), cancellationToken) == 0)
        {
            return Representation.Stale();
        }

        db.ChangesInTransaction().AddRows("identity.users", "id", [id]);
        db.UserRoles.AddRange(after.Except(before).Select(Membership));
        db.UserRoles.RemoveRange(before.Except(after).Select(Membership));
        await db.SaveChangesAsync(cancellationToken);
        if (profile.IsLocked)
        {
            await sessions.EndAllAsync(id, "locked", cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new Representation<UserProfile>(profile);

        IdentityUserRole<Guid> Membership(string role) => new() { UserId = id, RoleId = known[role] };
    }

    private static async Task<string> TypeAsync(PlatformDbContext db, FieldErrors errors, string? type, CancellationToken cancellationToken)
    {
        var types = await db.UserTypes.Select(t => t.Code).Order().ToListAsync(cancellationToken);
        if (type is null || !types.Contains(type))
        {
            errors.Add("type", $"type must be one of {string.Join(", ", types)}.");
        }

        return type ?? "";
    }

    private static List<string> Check(FieldErrors errors, IReadOnlyList<string?>? roles, Dictionary<string, Guid> known)
    {
        if (roles is null || roles.Any(role => role is null || !known.ContainsKey(role)))
        {
            errors.Add("roles", $"roles must be a list of {string.Join(", ", known.Keys.Order())}.");
            return [];
        }

        return [.. roles.OfType<string>().Append(Roles.Member).Distinct().Order()];
    }
}
