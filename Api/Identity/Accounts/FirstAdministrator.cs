using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Api.Data;
using Platform.Api.Http;

namespace Platform.Api.Identity.Accounts;

/// <summary>The administrator whom nobody could have appointed: made by <c>migrate</c> while there is none.</summary>
internal static class FirstAdministrator
{
    /// <summary>Their address where <c>Identity:AdminEmail</c> names no other.</summary>
    internal const string UsualEmail = "admin@platform.local";

    /// <summary>
    /// Makes the account of <c>Identity:AdminEmail</c> with <c>Identity:AdminPassword</c>, unless there is an administrator.
    /// An account that is there keeps its password: it may have been changed since.
    /// </summary>
    /// <returns>The address; null when none was made.</returns>
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static async Task<string?> EnsureAsync(PlatformDbContext db, IConfiguration configuration, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (configuration["Identity:AdminPassword"] is not { Length: > 0 } password)
        {
            return null;
        }

        var errors = new FieldErrors();
        var email = configuration["Identity:AdminEmail"] is { Length: > 0 } configured ? configured : UsualEmail;
        if (new RegisterRequest(email, password).Check(errors) is null)
        {
            throw new InvalidOperationException($"Identity:AdminEmail and Identity:AdminPassword make no account: {string.Join(' ', errors.Select(e => e.Value))}");
        }

        var iterations = AccountSettings.Iterations(configuration);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Whoever else is at it waits here, and then finds an administrator.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('platform first administrator'))", cancellationToken);
        var roles = await db.Roles.ToDictionaryAsync(role => role.Name!, role => role.Id, cancellationToken);
        var adminRole = roles[Roles.Admin];
        if (await db.UserRoles.AnyAsync(m => m.RoleId == adminRole, cancellationToken))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        // As logins will look it up.
        var normalized = new UpperInvariantLookupNormalizer().NormalizeEmail(email);
        var user = new User
        {
            Id = Guid.CreateVersion7(now), UserName = email, NormalizedUserName = normalized, Email = email, NormalizedEmail = normalized,
            DisplayName = "Administrator", LockoutEnabled = true, SecurityStamp = Guid.CreateVersion7(now).ToString("N"), CreatedAt = now,
        };
        user.PasswordHash = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = iterations })).HashPassword(user, password);
        db.Users.Add(user);
        db.UserRoles.AddRange(new[] { adminRole, roles[Roles.Member] }.Select(role => new IdentityUserRole<Guid> { UserId = user.Id, RoleId = role }));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return email;
    }
}
