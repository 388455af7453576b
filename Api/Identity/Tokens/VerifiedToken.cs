using System.Security.Claims;
using Platform.Api.Identity.Sessions;
using Platform.CacheMap;
using Platform.Caching;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Tokens;

/// <summary>An access token whose signature was right, with what every request that sends it would make anew.</summary>
/// <param name="keyId">Of the key that signed it.</param>
/// <param name="token">What it says.</param>
internal sealed class VerifiedToken(string keyId, AccessToken token)
{
    // Replaced as a whole; of two requests that do so at once both have a right one.
    private volatile Spokesman? _spokesman;

    private sealed record Spokesman(PermissionSet Permissions, ClaimsPrincipal Principal);

    internal string KeyId { get; } = keyId;

    internal AccessToken Token { get; } = token;

    /// <summary>Where it is cached whether the session lives.</summary>
    internal CacheKey SessionKey { get; } = CacheKeys.User(token.UserId, token.SessionId);

    /// <summary>Where it is cached what the user may do.</summary>
    internal CacheKey PermissionsKey { get; } = CacheKeys.Permissions(token.UserId);

    /// <summary>Whoever the token speaks for, with what they may do now, whatever they might when it was issued. Shared: nobody may change it.</summary>
    internal ClaimsPrincipal PrincipalWith(PermissionSet permissions)
    {
        if (_spokesman is { } known && known.Permissions == permissions)
        {
            return known.Principal;
        }

        var principal = Token.PrincipalWith(permissions.Roles);
        _spokesman = new Spokesman(permissions, principal);
        return principal;
    }
}
