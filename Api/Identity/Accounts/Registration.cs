using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Api.Data;

namespace Platform.Api.Identity.Accounts;

/// <summary>Makes accounts, and does not tell whether an address has one.</summary>
/// <remarks>
/// For an address that is taken all the work is done that one which is free takes, and the account, under a name that
/// nobody has, is rolled back before the commit. What is left of it is a message in the WAL, as of one that was made.
/// </remarks>
internal sealed class Registration(PlatformDbContext db, UserManager<User> users, TimeProvider clock)
{
    /// <summary>The prefix of the message; its content says which account, and whether it was made or was there already.</summary>
    internal const string Message = "platform.registration";

    private const string Savepoint = "account";

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
        var accountId = found.Owner ?? user.Id;
        if (found.Owner is not null)
        {
            user.UserName = user.NormalizedUserName = user.Email = user.NormalizedEmail = user.Id.ToString();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await transaction.CreateSavepointAsync(Savepoint, cancellationToken);
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

        await (found.Owner is null ? transaction.ReleaseSavepointAsync(Savepoint, cancellationToken) : transaction.RollbackToSavepointAsync(Savepoint, cancellationToken));
        var message = JsonSerializer.Serialize(new { userId = accountId, made = found.Owner is null });
        await db.Database.ExecuteSqlAsync($"SELECT pg_logical_emit_message(true, {Message}, {message})", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
