using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.Api.Http;
using Platform.Api.Identity.Sessions;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Tokens;

/// <summary>Lets in whoever sends an access token of a session that lives, with what they may do now.</summary>
internal sealed class BearerAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    TokenVerification tokens, AccessCheck access, IProblemDetailsService problems) : BearerScheme(options, logger, encoder, problems)
{
    protected override async ValueTask<(ClaimsPrincipal? Principal, string? Refusal)> AdmitAsync(string text)
    {
        var (token, refusal) = await tokens.VerifyAsync(text, Context.RequestAborted);
        if (token is null)
        {
            return (null, refusal);
        }

        // One that is none is refused later, whoever asks.
        _ = ReadPosition.TryRead(Request, out var atLeast);
        return await access.AdmitAsync(token, atLeast, Context.RequestAborted) is { } principal ? (principal, null) : (null, "The session has ended: log in.");
    }
}
