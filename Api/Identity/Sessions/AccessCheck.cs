using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Identity.Tokens;
using Platform.Caching;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Sessions;

/// <summary>
/// Decides whether a token's session still lives, and what its user may do now: a logout, a changed role count from the
/// next request on, not from the next token.
/// </summary>
/// <remarks>
/// Both are asked of the cache, whose memory nearly always knows; whoever ends a session or changes a role makes it
/// unread on every process (CacheMap/CacheMapping.cs). Without Redis memory is trusted for <c>Cache:DetachedTtl</c>.
/// </remarks>
internal sealed class AccessCheck(CacheManager cache, IServiceScopeFactory scopes, DatabaseLimits limits, TimeProvider clock)
{
    /// <param name="token">Whose session.</param>
    /// <param name="atLeast">What was committed up to this position must not be missed; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whoever the token speaks for; null when its session has ended.</returns>
    internal async ValueTask<ClaimsPrincipal?> AdmitAsync(VerifiedToken token, ulong atLeast, CancellationToken cancellationToken)
    {
        var session = await cache.ReadAsync(token.SessionKey, (This: this, token.Token),
            static (state, unwanted) => state.This.LoadSessionAsync(state.Token, unwanted), CachePolicies.User, atLeast, cancellationToken);
        if (session.Value.GoodUntil <= clock.GetUtcNow())
        {
            return null;
        }

        var permissions = await cache.ReadAsync(token.PermissionsKey, (This: this, token.Token),
            static (state, unwanted) => state.This.LoadPermissionsAsync(state.Token, unwanted), CachePolicies.Permissions, atLeast, cancellationToken);
        return token.PrincipalWith(permissions.Value);
    }

    private async ValueTask<SessionState> LoadSessionAsync(AccessToken token, CancellationToken unwanted)
    {
        await using var load = new DatabaseLoad(scopes, limits, unwanted);
        await using var transaction = await load.Db.BeginAsync(new RowScope(token.UserId), CancellationToken.None);
        var expiresAt = await load.Db.Sessions.Where(s => s.Id == token.SessionId && s.UserId == token.UserId && s.RevokedAt == null)
            .Where(s => !load.Db.Users.Any(u => u.Id == s.UserId && u.LockoutEnd == User.LockedForGood))
            .Select(s => s.ExpiresAt).SingleOrDefaultAsync(CancellationToken.None);
        return new SessionState(token.UserId, token.SessionId, expiresAt);
    }

    private async ValueTask<PermissionSet> LoadPermissionsAsync(AccessToken token, CancellationToken unwanted)
    {
        await using var load = new DatabaseLoad(scopes, limits, unwanted);
        return await PermissionSet.ReadAsync(load.Db, token.UserId, CancellationToken.None);
    }
}
