using Platform.ServiceDefaults.Tokens;

namespace Platform.Realtime.Access;

/// <summary>Who a connection is, by a token that was good when it began.</summary>
/// <param name="Token">What it says.</param>
/// <param name="Text">The token itself, by which the Api is asked for them.</param>
internal sealed record Credentials(AccessToken Token, string Text)
{
    // A record prints its members.
    /// <inheritdoc />
    public override string ToString() => nameof(Credentials);
}
