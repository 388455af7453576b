using Microsoft.AspNetCore.Authorization;

namespace Platform.Api.Identity;

/// <summary>Who may call what: the names that endpoints ask by, and what each demands.</summary>
internal static class Policies
{
    /// <summary>Administrators.</summary>
    internal const string Admin = "admin";

    /// <summary>Administrators and librarians.</summary>
    internal const string Staff = "staff";

    /// <summary>Anybody who is logged in.</summary>
    internal const string Member = "member";

    /// <summary>Whoever is logged in, and whoever does not say to be.</summary>
    internal const string Anybody = "anybody";

    internal static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Admin, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.Admin));
        options.AddPolicy(Staff, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.Admin, Roles.Librarian));
        options.AddPolicy(Member, policy => policy.RequireAuthenticatedUser().RequireClaim(CurrentUser.IdClaim));
        // A token that is no longer good is refused: to whom it belongs must not be taken for a stranger.
        options.AddPolicy(Anybody, policy => policy.RequireAssertion(context =>
            context.User.Identity is { IsAuthenticated: true } || context.Resource is HttpContext { Request.Headers.Authorization.Count: 0 }));
    }
}
