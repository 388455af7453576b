using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Tokens;

/// <summary>
/// The keys that access tokens are signed with, as one process knows them: those in the database, which all processes share,
/// read again every few minutes and when a token names one that is not among them.
/// </summary>
/// <remarks>
/// A key signs for <see cref="SigningTime"/>. Its successor is published <see cref="PublishedBefore"/> its first signature, so
/// that whoever verifies has read it by then, and a key stays published until the last token signed with it has ended.
/// Whichever process notices makes the successor, under a lock in the database. A process whose <c>Identity:KeySecret</c>
/// is another cannot sign with the keys of the others, but verifies with them, and makes its own.
/// While the database is away the keys that were read last go on.
/// </remarks>
internal sealed class SigningKeys(IServiceScopeFactory scopes, TimeProvider clock, AccountSettings settings, ILogger<SigningKeys> logger) : IDisposable
{
    /// <summary>How long a key signs.</summary>
    internal static readonly TimeSpan SigningTime = TimeSpan.FromDays(30);

    /// <summary>How long before its first signature a key is published.</summary>
    internal static readonly TimeSpan PublishedBefore = TimeSpan.FromMinutes(15);

    /// <summary>How old the knowledge of the keys becomes, and how long others may keep the published ones.</summary>
    internal static readonly TimeSpan RefreshEvery = TimeSpan.FromMinutes(5);

    // A token that names an unknown key costs a look into the database, but not each one of them.
    private static readonly TimeSpan RefreshAtMostEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestUse = AccessToken.Lifetime + AccessToken.Skew;

    private readonly KeyEncryption _encryption = new(settings.KeySecret);
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private volatile KeySet? _known;

    private sealed record KeySet(FrozenDictionary<string, VerificationKey> Keys, long ReadAt);

    public void Dispose() => _refreshing.Dispose();

    /// <summary>When the key began to sign that does now, as far as this process knows; null when it has not read any.</summary>
    internal DateTimeOffset? SigningSince => _known is { } known ? Signing(known.Keys.Values)?.ActiveFrom : null;

    /// <summary>The keys that somebody's token may be signed with.</summary>
    internal async ValueTask<IEnumerable<VerificationKey>> PublishedAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return (await KnownAsync(cancellationToken)).Keys.Values.Where(key => key.ValidUntil > now);
    }

    /// <summary>The key that signs now.</summary>
    internal async ValueTask<VerificationKey> SigningKeyAsync(CancellationToken cancellationToken) =>
        Signing((await KnownAsync(cancellationToken)).Keys.Values)
        ?? Signing((await RefreshAsync(TimeSpan.Zero, cancellationToken)).Keys.Values)
        ?? throw new InvalidOperationException("There is no key to sign with, although one was made.");

    /// <summary>The key of an id; null when there is none, or its time is over.</summary>
    internal async ValueTask<VerificationKey?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(cancellationToken);
        if (!known.Keys.TryGetValue(keyId, out var key))
        {
            known = await RefreshAsync(RefreshAtMostEvery, cancellationToken);
            known.Keys.TryGetValue(keyId, out key);
        }

        return key?.ValidUntil > clock.GetUtcNow() ? key : null;
    }

    // While one request reads the keys again, the others go on with those they have.
    private async ValueTask<KeySet> KnownAsync(CancellationToken cancellationToken) =>
        _known is { } known && (clock.GetElapsedTime(known.ReadAt) < RefreshEvery || _refreshing.CurrentCount == 0)
            ? known
            : await RefreshAsync(RefreshEvery, cancellationToken);

    private async Task<KeySet> RefreshAsync(TimeSpan unlessReadWithin, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } known && clock.GetElapsedTime(known.ReadAt) < unlessReadWithin)
            {
                return known;
            }

            return _known = new KeySet(await ReadAsync(cancellationToken), clock.GetTimestamp());
        }
        catch (Exception e) when (_known is not null && e is not OperationCanceledException)
        {
            // Their times are checked at each use: an outage makes no key live longer.
            logger.LogWarning(e, "The signing keys cannot be read; those read before go on");
            return _known = _known with { ReadAt = clock.GetTimestamp() };
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private async Task<FrozenDictionary<string, VerificationKey>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var keys = await ListAsync(db, cancellationToken);
        if (!NeedsSuccessor(keys))
        {
            return ById(keys);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('platform signing keys'))", cancellationToken);
        // Another process may have made it while this one waited.
        keys = await ListAsync(db, cancellationToken);
        if (NeedsSuccessor(keys))
        {
            var made = Make(keys);
            db.SigningKeys.Add(made);
            await db.SaveChangesAsync(cancellationToken);
            var over = clock.GetUtcNow() - LongestUse;
            await db.SigningKeys.Where(key => key.ValidUntil < over).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            keys.Add(Open(made));
        }

        return ById(keys);
    }

    private async Task<List<VerificationKey>> ListAsync(PlatformDbContext db, CancellationToken cancellationToken) =>
        [.. (await db.SigningKeys.AsNoTracking().ToListAsync(cancellationToken)).Select(Open)];

    private VerificationKey Open(SigningKey stored) => new(stored.PublicKey,
        _encryption.TryDecrypt(stored.EncryptedPrivateKey, stored.Id, out var privateKey) ? privateKey : null, stored.ActiveFrom, stored.ValidUntil);

    private bool NeedsSuccessor(List<VerificationKey> keys)
    {
        var now = clock.GetUtcNow();
        return Signing(keys) is null || keys.Where(key => key.CanSign).Max(key => key.ActiveFrom) + SigningTime - PublishedBefore <= now;
    }

    private SigningKey Make(List<VerificationKey> keys)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = clock.GetUtcNow();
        // The very first signs at once: there is nothing else to sign with.
        var activeFrom = Signing(keys) is null ? now : now + PublishedBefore;
        var opened = new VerificationKey(pair.ExportSubjectPublicKeyInfo(), null, activeFrom, activeFrom);
        return new SigningKey
        {
            Id = opened.Id, PublicKey = pair.ExportSubjectPublicKeyInfo(), EncryptedPrivateKey = _encryption.Encrypt(pair.ExportPkcs8PrivateKey(), opened.Id),
            CreatedAt = now, ActiveFrom = activeFrom, ValidUntil = activeFrom + SigningTime + PublishedBefore + LongestUse,
        };
    }

    // The newest that has begun, as long as its last token ends before it does.
    private VerificationKey? Signing(IEnumerable<VerificationKey> keys)
    {
        var now = clock.GetUtcNow();
        return keys.Where(key => key.CanSign && key.ActiveFrom <= now && key.ValidUntil >= now + LongestUse).MaxBy(key => key.ActiveFrom);
    }

    private static FrozenDictionary<string, VerificationKey> ById(List<VerificationKey> keys) => keys.ToFrozenDictionary(key => key.Id, StringComparer.Ordinal);
}
