using Platform.Api.Http;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Tokens;

/// <summary>Verifies access tokens, and remembers which ones it has verified.</summary>
/// <remarks>
/// A signature costs about 0.1 ms, as much as all the rest of a small request, and a client sends one token for half an
/// hour. What is remembered is that the signature was right and what it signed; the times, and that the key is still
/// one of ours, are looked at each time.
/// </remarks>
internal sealed class TokenVerification(SigningKeys keys, TimeProvider clock)
{
    // Of one generation; with the one before it at most twice as many are remembered, in about 12 MB.
    private const int MostTokens = 4_096;

    private readonly RecentlyUsed<string, VerifiedToken> _verified = new(MostTokens);

    /// <summary>How many tokens are remembered.</summary>
    internal int Remembered => _verified.Count;

    /// <summary>Decides whether a token is good now.</summary>
    /// <returns>The token, or why it is refused, in words for whoever sent it.</returns>
    internal async ValueTask<(VerifiedToken? Token, string? Refusal)> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_verified.Find(text) is { } known && await keys.FindAsync(known.KeyId, cancellationToken) is not null)
        {
            return known.Token.RefuseAt(now) is { } refusal ? (null, refusal) : (known, null);
        }

        return await VerifyAnewAsync(text, now, cancellationToken);
    }

    // Apart: what its lambda captures would be allocated for a token that is remembered, too.
    private async ValueTask<(VerifiedToken? Token, string? Refusal)> VerifyAnewAsync(string text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var keyId = "";
        var (token, whyNot) = await AccessToken.VerifyAsync(text, id => keys.FindAsync(keyId = id, cancellationToken), now);
        if (token is null)
        {
            return (null, whyNot);
        }

        var verified = new VerifiedToken(keyId, token);
        _verified.Add(text, verified);
        return (verified, null);
    }
}
