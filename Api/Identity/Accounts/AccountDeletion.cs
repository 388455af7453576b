using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Identity.Sessions;

namespace Platform.Api.Identity.Accounts;

/// <summary>Deletes an account with all that is the user's, and has every service forget the user.</summary>
internal sealed class AccountDeletion(PlatformDbContext db, UserManager<User> users, Login login, SessionTokens sessions, IEnumerable<AtDeletion> atDeletion)
{
    /// <summary>
    /// The prefix of the logical message by which other services hear of it: <c>{"user":id}</c>. It precedes all else that the
    /// transaction writes, so that whoever reads the WAL knows by then that what follows is nobody's.
    /// </summary>
    internal const string Message = "platform.forget";

    /// <returns>Why it was refused; null when there is no such account any more.</returns>
    internal async Task<ProblemHttpResult?> TryAsync(CurrentUser caller, string password, CancellationToken cancellationToken)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == caller.Id, cancellationToken) is not { } user)
        {
            return Problems.NotFound("account");
        }

        // Counted like a wrong one at login: an access token that was stolen must not be a way to guess.
        var hash = user.PasswordHash!;
        if (users.PasswordHasher.VerifyHashedPassword(user, hash, password) == PasswordVerificationResult.Failed)
        {
            await login.CountFailureAsync(user.Id, cancellationToken);
            return Wrong();
        }

        await using var transaction = await db.BeginAsync(new RowScope(user.Id, IsStaff: true), cancellationToken);
        // Whatever is being written for the account, a login or an order, is waited for, and what comes later finds no account.
        await db.Database.ExecuteSqlAsync($"SELECT FROM identity.users WHERE id = {user.Id} FOR UPDATE", cancellationToken);
        if (!await login.ForgetFailuresAsync(user.Id, hash, hash, cancellationToken))
        {
            return Wrong();
        }

        // Somebody must be left who can do what administrators do.
        if (await db.UserRoles.AnyAsync(r => r.UserId == user.Id && db.Roles.Any(role => role.Id == r.RoleId && role.Name == Roles.Admin), cancellationToken))
        {
            return Problems.Conflict("roles", "An administrator's account is not deleted: another administrator can take the role from it.");
        }

        var message = JsonSerializer.Serialize(new { user = user.Id });
        await db.Database.ExecuteSqlAsync($"SELECT pg_logical_emit_message(true, {Message}, {message})", cancellationToken);
        foreach (var act in atDeletion)
        {
            if (await act(user.Id, db, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        await sessions.EndAllAsync(user.Id, "deleted", cancellationToken);
        db.ChangesInTransaction().AddRows("identity.users", "id", [user.Id]);
        await db.Users.Where(u => u.Id == user.Id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private static ProblemHttpResult Wrong() => Problems.Invalid("password", "password is wrong, or there were too many attempts: then try again later.");
}
