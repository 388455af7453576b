using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Identity.Tokens;
using Platform.CacheMap;

namespace Platform.Api.Identity.Sessions;

/// <summary>Opens a session for whoever knows an account's password.</summary>
/// <remarks>
/// Nothing in the answer tells an address without an account, a wrong password and a locked account apart, nor does the
/// work: each costs as many rounds of the hash, as many statements, and no wait for the disk.
/// </remarks>
internal sealed class Login(PlatformDbContext db, UserManager<User> users, DecoyPassword decoy, SessionTokens sessions, SigningKeys keys, AccountSettings settings, TimeProvider clock,
    IEnumerable<AtLogin> atLogin)
{
    /// <returns>Null when address or password is wrong, or the account is locked.</returns>
    internal async Task<TokenAnswer?> TryAsync(string email, string password, HttpContext http, CancellationToken cancellationToken)
    {
        var user = await users.FindByNameAsync(email);
        var result = users.PasswordHasher.VerifyHashedPassword(user ?? decoy.User, user?.PasswordHash ?? decoy.Hash, password);
        // A reader without a password, too, whatever the decoy's is.
        if (user?.PasswordHash is not { } hash || result == PasswordVerificationResult.Failed)
        {
            decoy.MakeUp(user?.PasswordHash, password);
            await CountFailureAsync(user?.Id ?? decoy.User.Id, cancellationToken);
            return null;
        }

        var renewed = result == PasswordVerificationResult.SuccessRehashNeeded ? users.PasswordHasher.HashPassword(user, password) : hash;
        var key = await keys.SigningKeyAsync(cancellationToken);
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        if (!await ForgetFailuresAsync(user.Id, hash, renewed, cancellationToken))
        {
            return null;
        }

        var answer = await sessions.OpenAsync(user, key, SessionTokens.Client.Of(http), cancellationToken);
        foreach (var act in atLogin)
        {
            await act(http, user.Id, db, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    /// <summary>A password was wrong.</summary>
    // One statement, so that of guesses made at once each counts; on a locked account none does. Nobody waits until the
    // count is on the disk: only where there is an account would there be anything to wait for.
    internal async Task CountFailureAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        DateTimeOffset? until = now + settings.LockoutTime;
        var last = settings.MaxFailedLogins - 1;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Sessions that live go on, so caches need not be told: that is said, whether there is an account or not.
        await db.Database.ExecuteSqlAsync($"SELECT set_config('synchronous_commit', 'off', true), pg_logical_emit_message(true, {CacheMapping.NothingCached}, '')", cancellationToken);
        await db.Users.Where(u => u.Id == userId && u.LockoutEnabled && (u.LockoutEnd == null || u.LockoutEnd <= now))
            .ExecuteUpdateAsync(set => set
                .SetProperty(u => u.LockoutEnd, u => u.AccessFailedCount >= last ? until : u.LockoutEnd)
                .SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount >= last ? 0 : u.AccessFailedCount + 1), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The password was right: the next wrong one is the first again, and <paramref name="renewed"/> is its hash from now on.</summary>
    /// <returns>False when the account was locked, or its password changed, while this one was being hashed.</returns>
    internal async Task<bool> ForgetFailuresAsync(Guid userId, string hash, string renewed, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Users.Where(u => u.Id == userId && u.PasswordHash == hash && (u.LockoutEnd == null || u.LockoutEnd <= now))
            .ExecuteUpdateAsync(set => set
                .SetProperty(u => u.LockoutEnd, (DateTimeOffset?)null)
                .SetProperty(u => u.AccessFailedCount, 0)
                .SetProperty(u => u.PasswordHash, renewed), cancellationToken) == 1;
    }
}
