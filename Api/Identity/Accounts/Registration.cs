using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;
using Platform.Api.Http;

namespace Platform.Api.Identity.Accounts;

/// <summary>Makes accounts.</summary>
internal sealed class Registration(PlatformDbContext db, UserManager<User> users, TimeProvider clock)
{
    /// <returns>Null when the address has an account; or when Identity refuses, and then <paramref name="errors"/> says why.</returns>
    internal async Task<UserProfile?> TryAsync(RegisterRequest.Account account, FieldErrors errors, CancellationToken cancellationToken)
    {
        var now = clock.GetStorableNow();
        var user = new User
        {
            Id = Guid.CreateVersion7(now), UserName = account.Email, Email = account.Email, DisplayName = account.DisplayName, CreatedAt = now,
        };
        // Before the transaction: it takes longer than all the rest, and needs no connection.
        user.PasswordHash = users.PasswordHasher.HashPassword(user, account.Password);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var result = await users.CreateAsync(user);
            if (result.Succeeded)
            {
                result = await users.AddToRoleAsync(user, Roles.Member);
            }

            if (!result.Succeeded)
            {
                foreach (var error in result.Errors.Where(e => !e.Code.StartsWith("Duplicate", StringComparison.Ordinal)))
                {
                    errors.Add("email", error.Description);
                }

                return null;
            }

            await transaction.CommitAsync(cancellationToken);
            return UserProfile.Of(user, [Roles.Member]);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Somebody took the address between Identity's look and the insert.
            return null;
        }
    }
}
