using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Identity.Tokens;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Sessions;

/// <summary>The families of refresh tokens: opened by a login, carried on by refreshes, ended by a logout or by a theft.</summary>
/// <remarks>
/// A refresh token is good once. One that comes again has been copied: nobody can tell the thief from the owner, so the
/// family ends for both. Only within <see cref="Grace"/> of its replacement it is taken for a client that asked twice at
/// once: it gets nothing, but the family lives.
/// </remarks>
internal sealed class SessionTokens(PlatformDbContext db, SigningKeys keys, TimeProvider clock, ILogger<SessionTokens> logger)
{
    /// <summary>For so long a refresh token is good.</summary>
    internal static readonly TimeSpan RefreshTime = TimeSpan.FromDays(7);

    /// <summary>So long after its replacement a token may come again without harm.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Why there are no new tokens.</summary>
    internal enum Refusal
    {
        None,

        /// <summary>There is no such token, or its family has ended.</summary>
        Invalid,

        /// <summary>Another request was given its successor a moment ago.</summary>
        JustReplaced,
    }

    /// <summary>Who asks, for the list of sessions.</summary>
    internal sealed record Client(string? UserAgent, string? Address)
    {
        private const int MaxLength = 200;

        internal static Client Of(HttpContext context)
        {
            var userAgent = context.Request.Headers.UserAgent.ToString();
            if (userAgent.Length > MaxLength)
            {
                // Not through a character that takes two places: half of one cannot be stored.
                userAgent = userAgent[..(char.IsHighSurrogate(userAgent[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
            }

            return new Client(userAgent.Length == 0 ? null : userAgent, context.Connection.RemoteIpAddress?.ToString());
        }
    }

    /// <summary>Opens a session within the caller's transaction, which acts for the user.</summary>
    internal async Task<TokenAnswer> OpenAsync(User user, VerificationKey key, Client client, CancellationToken cancellationToken)
    {
        var now = clock.GetStorableNow();
        var session = new Session
        {
            Id = Guid.CreateVersion7(now), UserId = user.Id, CreatedAt = now, LastUsedAt = now, ExpiresAt = now + RefreshTime,
            UserAgent = client.UserAgent, Address = client.Address,
        };
        var secret = RefreshSecret.New(user.Id);
        session.Tokens.Add(new RefreshToken { Hash = secret.Hash, SessionId = session.Id, CreatedAt = now });
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellationToken);
        // Those that ended by themselves are nobody's business any more.
        await db.Sessions.Where(s => s.UserId == user.Id && s.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        return Answer(session, secret, key, await PermissionSet.ReadAsync(db, user.Id, cancellationToken));
    }

    /// <summary>Replaces a refresh token, in one transaction.</summary>
    internal async Task<(TokenAnswer? Answer, Refusal Refusal)> RefreshAsync(RefreshSecret secret, Client client, CancellationToken cancellationToken)
    {
        // Before the token is used up: without a key there would be nothing to give for it.
        var key = await keys.SigningKeyAsync(cancellationToken);
        await using var transaction = await db.BeginAsync(new RowScope(secret.UserId), cancellationToken);
        var hash = secret.Hash;
        // Refreshes of one family come one after the other, so that each sees what the one before has done.
        if (await db.Sessions.FromSql($"""
                SELECT * FROM identity.sessions WHERE id = (SELECT session_id FROM identity.refresh_tokens WHERE hash = {hash}) FOR UPDATE
                """).ToListAsync(cancellationToken) is not [var session])
        {
            return (null, Refusal.Invalid);
        }

        var now = clock.GetStorableNow();
        var replacedAt = await db.RefreshTokens.Where(t => t.Hash == hash).Select(t => t.RotatedAt).SingleAsync(cancellationToken);
        if (session.RevokedAt is not null || session.ExpiresAt <= now)
        {
            return (null, Refusal.Invalid);
        }

        if (replacedAt is not null && now - replacedAt <= Grace)
        {
            return (null, Refusal.JustReplaced);
        }

        if (replacedAt is not null)
        {
            (session.RevokedAt, session.RevokedFor) = (now, "reuse");
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            logger.LogWarning("A refresh token of session {SessionId} came again after it was replaced: the session has ended", session.Id);
            return (null, Refusal.Invalid);
        }

        var next = RefreshSecret.New(secret.UserId);
        await db.RefreshTokens.Where(t => t.Hash == hash).ExecuteUpdateAsync(set => set.SetProperty(t => t.RotatedAt, now), cancellationToken);
        db.RefreshTokens.Add(new RefreshToken { Hash = next.Hash, SessionId = session.Id, CreatedAt = now });
        (session.LastUsedAt, session.ExpiresAt, session.Address) = (now, now + RefreshTime, client.Address);
        await db.SaveChangesAsync(cancellationToken);
        // What would have ended by now cannot be reused.
        var over = now - RefreshTime;
        await db.RefreshTokens.Where(t => t.SessionId == session.Id && t.CreatedAt < over).ExecuteDeleteAsync(cancellationToken);
        var permissions = await PermissionSet.ReadAsync(db, session.UserId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (Answer(session, next, key, permissions), Refusal.None);
    }

    /// <summary>Ends one session of the user.</summary>
    internal async Task CloseAsync(CurrentUser user, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        await EndAsync(user.Id, db.Sessions.Where(s => s.Id == user.SessionId), "logout", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Ends all sessions of the user.</summary>
    internal async Task CloseAllAsync(CurrentUser user, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(user.Id), cancellationToken);
        await EndAllAsync(user.Id, "logout_all", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Ends all sessions of a user within the caller's transaction, which acts for the user.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="reason">As in <see cref="Session.RevokedFor"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal Task EndAllAsync(Guid userId, string reason, CancellationToken cancellationToken) =>
        EndAsync(userId, db.Sessions.Where(s => s.UserId == userId), reason, cancellationToken);

    private async Task EndAsync(Guid userId, IQueryable<Session> sessions, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetStorableNow();
        await sessions.Where(s => s.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RevokedAt, now).SetProperty(s => s.RevokedFor, reason), cancellationToken);
        db.ChangesInTransaction().AddRows("identity.sessions", "user_id", [userId]);
    }

    private TokenAnswer Answer(Session session, RefreshSecret secret, VerificationKey key, PermissionSet permissions)
    {
        var issuedAt = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        var token = new AccessToken(session.UserId, session.Id, permissions.Roles, issuedAt, issuedAt + AccessToken.Lifetime);
        return new TokenAnswer(token.Sign(key), BearerAuthentication.Name, (int)AccessToken.Lifetime.TotalSeconds, secret.ToString(), session.ExpiresAt);
    }
}
