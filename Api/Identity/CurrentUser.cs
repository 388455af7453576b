using System.Globalization;
using System.Security.Claims;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity;

/// <summary>Who sends a request, as their access token says.</summary>
/// <param name="Id">The user.</param>
/// <param name="SessionId">The session that the token belongs to.</param>
/// <param name="IsStaff">Whether they are a librarian or an administrator.</param>
internal sealed record CurrentUser(Guid Id, Guid SessionId, bool IsStaff)
{
    /// <summary>The claim of the user's id (RFC 7519).</summary>
    internal const string IdClaim = AccessToken.UserClaim;

    /// <summary>The claim of the session's id (OpenID Connect Front-Channel Logout).</summary>
    internal const string SessionClaim = AccessToken.SessionClaim;

    /// <summary>The claim of a role, once for each.</summary>
    internal const string RoleClaim = AccessToken.RoleClaim;

    /// <returns>Null when nobody is logged in.</returns>
    internal static CurrentUser? Of(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(IdClaim), CultureInfo.InvariantCulture, out var id)
        && Guid.TryParse(principal.FindFirstValue(SessionClaim), CultureInfo.InvariantCulture, out var session)
            ? new CurrentUser(id, session, principal.IsInRole(Roles.Admin) || principal.IsInRole(Roles.Librarian))
            : null;

    /// <summary>Gives it to endpoints that ask for a login, as a parameter.</summary>
    public static ValueTask<CurrentUser?> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context.User));
}
