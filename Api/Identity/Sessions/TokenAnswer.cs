using System.ComponentModel;

namespace Platform.Api.Identity.Sessions;

/// <summary>What a login or a refresh answers (RFC 6749, 5.1).</summary>
internal sealed record TokenAnswer(
    [property: Description("Send it as `Authorization: Bearer` until it ends.")] string AccessToken,
    string TokenType,
    [property: Description("Seconds until the access token ends.")] int ExpiresIn,
    [property: Description("Send it to /auth/refresh, once; the answer has the next one.")] string RefreshToken,
    [property: Description("When the refresh token ends, if it is not used.")] DateTimeOffset RefreshExpiresAt)
{
    // A record prints its members.
    /// <inheritdoc />
    public override string ToString() => nameof(TokenAnswer);
}
