using System.Collections.Frozen;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Platform.ServiceDefaults.Tokens;

/// <summary>What an access token says (RFC 9068): who acts, in which session, with which roles, and from when until when.</summary>
/// <param name="UserId"><c>sub</c>.</param>
/// <param name="SessionId"><c>sid</c>.</param>
/// <param name="Roles"><c>role</c>, a list: for other services, which cannot ask what they are now.</param>
/// <param name="IssuedAt"><c>iat</c> and <c>nbf</c>, in whole seconds.</param>
/// <param name="ExpiresAt"><c>exp</c>, in whole seconds.</param>
public sealed record AccessToken(Guid UserId, Guid SessionId, IReadOnlyList<string> Roles, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>For so long a token is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>So far the clocks of issuer and verifier may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>Who issues: this platform, whatever its address.</summary>
    public const string Issuer = "platform";

    /// <summary>For whom: the platform's services.</summary>
    public const string Audience = "platform-api";

    /// <summary>The claim of the user's id (RFC 7519).</summary>
    public const string UserClaim = "sub";

    /// <summary>The claim of the session's id (OpenID Connect Front-Channel Logout).</summary>
    public const string SessionClaim = "sid";

    /// <summary>The claim of the roles.</summary>
    public const string RoleClaim = "role";

    /// <summary>The role that may do everything, in every service.</summary>
    public const string Administrator = "admin";

    private const string Type = "at+jwt";
    private const string Algorithm = "ES256";
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    // The usual encoder would escape the + of the type.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Said of a token whose sender may be anybody: which of its parts was the wrong one is not their business.
    private const string Malformed = "The token is malformed.";
    private const string Unknown = "The token was not issued here.";

    // Whatever else a header says, it would ask the verifier for something: another key (jwk, jku, x5c, x5u), an
    // extension (crit, b64), a compression (zip). Nothing we issue does.
    private static readonly FrozenSet<string> HeaderMembers = ["alg", "typ", "kid"];

    /// <summary>Issues the token.</summary>
    public string Sign(VerificationKey key)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["alg"] = Algorithm, ["typ"] = Type, ["kid"] = key.Id }, Plain);
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = Issuer, ["aud"] = Audience, [UserClaim] = UserId, [SessionClaim] = SessionId, [RoleClaim] = Roles,
            ["iat"] = IssuedAt.ToUnixTimeSeconds(), ["nbf"] = IssuedAt.ToUnixTimeSeconds(), ["exp"] = ExpiresAt.ToUnixTimeSeconds(),
        }, Plain);
        return key.Sign(header, payload);
    }

    /// <summary>Reads a token and decides whether it is good now.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="find">The key of an id; null when there is none.</param>
    /// <param name="now">The verifier's time.</param>
    /// <returns>The token, or why it is refused, in words for whoever sent it.</returns>
    public static async ValueTask<(AccessToken? Token, string? Refusal)> VerifyAsync(string text, Func<string, ValueTask<VerificationKey?>> find, DateTimeOffset now)
    {
        if (!CompactJws.TryParse(text, out var jws) || ReadKeyId(jws) is not { } keyId)
        {
            return (null, Malformed);
        }

        if (await find(keyId) is not { } key || !key.HasSigned(jws) || Read(jws) is not { } token)
        {
            return (null, Unknown);
        }

        return token.RefuseAt(now) is { } refusal ? (null, refusal) : (token, null);
    }

    /// <summary>Why the token is not good at a time; null when it is.</summary>
    public string? RefuseAt(DateTimeOffset now) =>
        now >= ExpiresAt + Skew ? "The token has expired."
        : now < IssuedAt - Skew ? "The token is not valid yet."
        : null;

    /// <summary>Whoever the token speaks for.</summary>
    /// <param name="roles">Theirs: those of the token, or those of now where that is known.</param>
    public ClaimsPrincipal PrincipalWith(IEnumerable<string> roles) => new(new ClaimsIdentity(
        [
            new(UserClaim, UserId.ToString()),
            new(SessionClaim, SessionId.ToString()),
            .. roles.Select(role => new Claim(RoleClaim, role)),
        ], BearerScheme.Name, UserClaim, RoleClaim));

    // Null unless the header is one that was issued here, whatever the key.
    private static string? ReadKeyId(CompactJws jws)
    {
        using var header = Parse(jws.Header);
        return header?.RootElement is { } members && members.EnumerateObject().All(member => HeaderMembers.Contains(member.Name))
            && Text(members, "alg") == Algorithm && Text(members, "typ") == Type
                ? Text(members, "kid")
                : null;
    }

    private static AccessToken? Read(CompactJws jws)
    {
        using var payload = Parse(jws.Payload);
        if (payload?.RootElement is not { } claims
            || Text(claims, "iss") != Issuer || Text(claims, "aud") != Audience
            || Id(claims, UserClaim) is not { } user || Id(claims, SessionClaim) is not { } session
            || Time(claims, "iat") is not { } issuedAt || Time(claims, "nbf") != issuedAt
            || Time(claims, "exp") is not { } expiresAt || expiresAt <= issuedAt || expiresAt - issuedAt > Lifetime
            || !claims.TryGetProperty(RoleClaim, out var roles) || roles.ValueKind != JsonValueKind.Array
            || roles.EnumerateArray().Any(role => role.ValueKind != JsonValueKind.String))
        {
            return null;
        }

        return new AccessToken(user, session, [.. roles.EnumerateArray().Select(role => role.GetString()!)], issuedAt, expiresAt);
    }

    // A member twice, text that is not UTF-8, and an escape, by which a name could be spelled in many ways and half of a
    // character be smuggled in, are refused: nothing we issue has them.
    private static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span) || json.Span.Contains((byte)'\\'))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement members, string name) =>
        members.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Guid? Id(JsonElement claims, string name) =>
        Guid.TryParseExact(Text(claims, name), "D", out var id) ? id : null;

    // To the end of the year 9998: what is added to it is still a time.
    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and < 253_370_764_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
