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

    internal static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Admin, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.Admin));
        options.AddPolicy(Staff, policy => policy.RequireAuthenticatedUser().RequireRole(Roles.Admin, Roles.Librarian));
        options.AddPolicy(Member, policy => policy.RequireAuthenticatedUser().RequireClaim(CurrentUser.IdClaim));
    }
}
