using System.ComponentModel;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Identity.Accounts;

/// <summary>An account as its owner, and an administrator, sees it.</summary>
internal sealed record UserProfile(
    Guid Id,
    string Email,
    [property: Description("What others see; null for none.")] string? DisplayName,
    [property: Description("Which loan limits hold.")] string Type,
    [property: Description("admin, librarian, member")] IReadOnlyList<string> Roles,
    DateTimeOffset CreatedAt,
    [property: Description("Whether an administrator has locked it: then nobody gets in.")] bool IsLocked)
{
    /// <summary>Reads an account and the names of its roles, in one statement.</summary>
    /// <returns>Null when there is none; a reader whose ratings were imported has none.</returns>
    internal static async Task<(User User, List<string> Roles)?> FindAsync(PlatformDbContext db, Guid id, CancellationToken cancellationToken) =>
        await db.Users.Where(u => u.Id == id && u.Email != null).Select(u => new
        {
            User = u,
            Roles = db.UserRoles.Where(m => m.UserId == u.Id).Join(db.Roles, m => m.RoleId, r => r.Id, (_, r) => r.Name!).OrderBy(name => name).ToList(),
        }).SingleOrDefaultAsync(cancellationToken) is { } found ? (found.User, found.Roles) : null;

    internal static UserProfile Of(User user, IReadOnlyList<string> roles) => new(user.Id, user.Email!, user.DisplayName, user.Type, roles, user.CreatedAt, user.LockoutEnd == User.LockedForGood);
}
