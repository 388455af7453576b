namespace Platform.ServiceDefaults.Tokens;

/// <summary>A set of public keys, as <c>/.well-known/jwks.json</c> has them (RFC 7517).</summary>
public sealed record JsonWebKeys(IReadOnlyList<JsonWebKey> Keys);

/// <summary>A public key of the curve P-256 (RFC 7518, 6.2).</summary>
public sealed record JsonWebKey(string? Kty, string? Crv, string? Use, string? Alg, string? Kid, string? X, string? Y);
