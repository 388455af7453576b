using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Identity.Sessions;

/// <summary>What a user may do; cached as family <c>permissions</c>.</summary>
/// <param name="UserId">Who may.</param>
/// <param name="Roles">The names of their roles, in order.</param>
internal sealed record PermissionSet(Guid UserId, string[] Roles)
{
    internal static async Task<PermissionSet> ReadAsync(PlatformDbContext db, Guid userId, CancellationToken cancellationToken) =>
        new(userId, await db.UserRoles.Where(m => m.UserId == userId).Join(db.Roles, m => m.RoleId, r => r.Id, (_, r) => r.Name!)
            .OrderBy(name => name).ToArrayAsync(cancellationToken));
}
