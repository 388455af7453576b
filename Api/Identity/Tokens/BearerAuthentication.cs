using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.Api.Http;
using Platform.Api.Identity.Sessions;

namespace Platform.Api.Identity.Tokens;

/// <summary>Lets in whoever sends a good access token in <c>Authorization: Bearer</c> (RFC 6750).</summary>
internal sealed class BearerAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    TokenVerification tokens, AccessCheck access, IProblemDetailsService problems) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name, here and in HTTP.</summary>
    internal const string Name = "Bearer";

    private string? _refusal;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Of two, nobody could say which counts.
        if (Request.Headers.Authorization is not [{ } credentials])
        {
            return AuthenticateResult.NoResult();
        }

        if (!credentials.StartsWith(Name + " ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var text = credentials[(Name.Length + 1)..].Trim(' ');
        (var token, _refusal) = await tokens.VerifyAsync(text, Context.RequestAborted);
        if (token is null)
        {
            return AuthenticateResult.Fail(_refusal!);
        }

        // One that is none is refused later, whoever asks.
        _ = ReadPosition.TryRead(Request, out var atLeast);
        if (await access.AdmitAsync(token, atLeast, Context.RequestAborted) is { } principal)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(principal, Name));
        }

        return AuthenticateResult.Fail(_refusal = "The session has ended: log in.");
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // The challenge may come without the question, and then there is an answer all the same.
        await HandleAuthenticateOnceSafeAsync();
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = _refusal is null
            ? "Bearer realm=\"platform\""
            : $"Bearer realm=\"platform\", error=\"invalid_token\", error_description=\"{_refusal}\"";
        await WriteAsync(StatusCodes.Status401Unauthorized, _refusal ?? "Log in at /api/v1/auth/login and send the access token as Authorization: Bearer.");
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"platform\", error=\"insufficient_scope\"";
        await WriteAsync(StatusCodes.Status403Forbidden, "Your account may not do this.");
    }

    private ValueTask<bool> WriteAsync(int status, string detail) =>
        problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = Context, ProblemDetails = { Status = status, Detail = detail } });
}
