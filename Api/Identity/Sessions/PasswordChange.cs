using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Http;
using Platform.Api.Identity.Accounts;
using Platform.Api.Identity.Tokens;

namespace Platform.Api.Identity.Sessions;

/// <summary>Gives an account another password. Whoever has had the old one is out: all sessions end, and one is opened for the caller.</summary>
internal sealed class PasswordChange(PlatformDbContext db, UserManager<User> users, Login login, SessionTokens sessions, SigningKeys keys)
{
    /// <returns>Null when it was refused; <paramref name="errors"/> says why.</returns>
    internal async Task<TokenAnswer?> TryAsync(
        CurrentUser caller, string current, string next, FieldErrors errors, SessionTokens.Client client, CancellationToken cancellationToken)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == caller.Id, cancellationToken);
        PasswordRules.Check(errors, next, user.Email!, user.DisplayName, "newPassword");
        if (next == current)
        {
            errors.Add("newPassword", "newPassword must be another than currentPassword.");
        }

        if (errors.Any)
        {
            return null;
        }

        // Counted like a wrong one at login: an access token that was stolen must not be a way to guess.
        var hash = user.PasswordHash!;
        if (users.PasswordHasher.VerifyHashedPassword(user, hash, current) == PasswordVerificationResult.Failed)
        {
            await login.CountFailureAsync(user.Id, cancellationToken);
            return Refuse();
        }

        var renewed = users.PasswordHasher.HashPassword(user, next);
        var key = await keys.SigningKeyAsync(cancellationToken);
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        // Before the sessions: it waits for a login by the old password that is under way, or has it refused.
        if (!await login.ForgetFailuresAsync(user.Id, hash, renewed, cancellationToken))
        {
            return Refuse();
        }

        await sessions.EndAllAsync(user.Id, "password", cancellationToken);
        var answer = await sessions.OpenAsync(user, key, client, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return answer;

        TokenAnswer? Refuse()
        {
            errors.Add("currentPassword", "currentPassword is wrong, or there were too many attempts: then try again later.");
            return null;
        }
    }
}
