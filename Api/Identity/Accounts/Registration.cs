using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;

namespace Platform.Api.Identity.Accounts;

/// <summary>Makes accounts, and does not tell whether an address has one.</summary>
/// <remarks>
/// For an address that is taken the work is that of one that is not: a hash, a look, a transaction that writes and
/// whose commit waits for the disk, and word to the cache. What it writes is for whoever sends mail to the owner.
/// </remarks>
internal sealed class Registration(PlatformDbContext db, UserManager<User> users, TimeProvider clock)
{
    /// <summary>The prefix of the message in the WAL that an account's address was registered again; its content is the account's id.</summary>
    internal const string Refused = "platform.registration_refused";

    /// <summary>Makes an account, unless the address has one.</summary>
    internal async Task RegisterAsync(RegisterRequest.Account account, CancellationToken cancellationToken)
    {
        var now = clock.GetStorableNow();
        var user = new User
        {
            Id = Guid.CreateVersion7(now), UserName = account.Email, NormalizedUserName = users.NormalizeName(account.Email),
            Email = account.Email, NormalizedEmail = users.NormalizeEmail(account.Email), DisplayName = account.DisplayName,
            SecurityStamp = Guid.CreateVersion7(now).ToString("N"), LockoutEnabled = true, CreatedAt = now,
        };
        // Before the transaction: it takes longer than all the rest, and needs no connection.
        user.PasswordHash = users.PasswordHasher.HashPassword(user, account.Password);
        var found = await db.Roles.Where(r => r.Name == Roles.Member)
            .Select(r => new { RoleId = r.Id, Owner = db.Users.Where(u => u.NormalizedEmail == user.NormalizedEmail).Select(u => (Guid?)u.Id).FirstOrDefault() })
            .SingleAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (found.Owner is { } owner)
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_logical_emit_message(true, {Refused}, {owner.ToString()})", cancellationToken);
            db.ChangesInTransaction().AddRows("identity.users", "id", [owner]);
        }
        else
        {
            db.Users.Add(user);
            db.UserRoles.Add(new IdentityUserRole<Guid> { UserId = user.Id, RoleId = found.RoleId });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
            {
                // Somebody took the address between the look and the insert.
                return;
            }
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
