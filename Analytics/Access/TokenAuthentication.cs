using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Analytics.Access;

/// <summary>Lets in whoever sends an access token that the Api has signed, with the roles that it says.</summary>
/// <remarks>
/// Accounts are not known here: a session that was ended, or a role that was taken, counts until the token ends. Whoever comes by
/// way of the Api has been asked there.
/// </remarks>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    PublishedKeys keys, TimeProvider clock, IProblemDetailsService problems) : BearerScheme(options, logger, encoder, problems)
{
    protected override async ValueTask<(ClaimsPrincipal? Principal, string? Refusal)> AdmitAsync(string text)
    {
        var (token, refusal) = await AccessToken.VerifyAsync(text, id => keys.FindAsync(id, Context.RequestAborted), clock.GetUtcNow()).ConfigureAwait(false);
        return (token?.PrincipalWith(token.Roles), refusal);
    }
}
