using System.Collections.Concurrent;

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

    private volatile Generation _young = new();
    private volatile Generation _old = new();

    private sealed class Generation
    {
        private int _count;

        internal ConcurrentDictionary<string, VerifiedToken> Tokens { get; } = new(StringComparer.Ordinal);

        // True for whoever fills it.
        internal bool Add(string text, VerifiedToken token) => Tokens.TryAdd(text, token) && Interlocked.Increment(ref _count) == MostTokens;
    }

    /// <summary>How many tokens are remembered.</summary>
    internal int Remembered => _young.Tokens.Count + _old.Tokens.Count;

    /// <summary>Decides whether a token is good now.</summary>
    /// <returns>The token, or why it is refused, in words for whoever sent it.</returns>
    internal async ValueTask<(VerifiedToken? Token, string? Refusal)> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (Recall(text) is { } known && await keys.FindAsync(known.KeyId, cancellationToken) is not null)
        {
            return known.Token.RefuseAt(now) is { } refusal ? (null, refusal) : (known, null);
        }

        var keyId = "";
        var (token, whyNot) = await AccessToken.VerifyAsync(text, id => keys.FindAsync(keyId = id, cancellationToken), now);
        if (token is null)
        {
            return (null, whyNot);
        }

        var verified = new VerifiedToken(keyId, token);
        Remember(text, verified);
        return (verified, null);
    }

    private VerifiedToken? Recall(string text)
    {
        if (_young.Tokens.TryGetValue(text, out var token))
        {
            return token;
        }

        if (_old.Tokens.TryGetValue(text, out token))
        {
            Remember(text, token);
        }

        return token;
    }

    // Those that nobody sent while a generation filled are forgotten with the one before.
    private void Remember(string text, VerifiedToken token)
    {
        var young = _young;
        if (young.Add(text, token))
        {
            (_old, _young) = (young, new Generation());
        }
    }
}
