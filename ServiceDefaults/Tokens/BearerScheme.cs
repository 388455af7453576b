using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults.Tokens;

/// <summary>Lets in whoever sends a good access token in <c>Authorization: Bearer</c> (RFC 6750). Which ones are good a service says itself.</summary>
/// <param name="options">Of the scheme.</param>
/// <param name="logger">Of the scheme.</param>
/// <param name="encoder">Of the scheme.</param>
/// <param name="problems">Writes what is answered to those who are not let in.</param>
public abstract class BearerScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IProblemDetailsService problems)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name, here and in HTTP.</summary>
    public const string Name = "Bearer";

    private string? _refusal;

    /// <summary>Decides about a token.</summary>
    /// <param name="text">As it was sent.</param>
    /// <returns>Whoever it speaks for, or why it is refused, in words for whoever sent it.</returns>
    protected abstract ValueTask<(ClaimsPrincipal? Principal, string? Refusal)> AdmitAsync(string text);

    /// <inheritdoc />
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Of two, nobody could say which counts.
        if (Request.Headers.Authorization is not [{ } credentials] || !credentials.StartsWith(Name + " ", StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        (var principal, _refusal) = await AdmitAsync(credentials[(Name.Length + 1)..].Trim(' ')).ConfigureAwait(false);
        return principal is null ? AuthenticateResult.Fail(_refusal!) : AuthenticateResult.Success(new AuthenticationTicket(principal, Name));
    }

    /// <inheritdoc />
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // The challenge may come without the question, and then there is an answer all the same.
        await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = _refusal is null
            ? "Bearer realm=\"platform\""
            : $"Bearer realm=\"platform\", error=\"invalid_token\", error_description=\"{_refusal}\"";
        await WriteAsync(StatusCodes.Status401Unauthorized, _refusal ?? "Log in at /api/v1/auth/login and send the access token as Authorization: Bearer.").ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"platform\", error=\"insufficient_scope\"";
        await WriteAsync(StatusCodes.Status403Forbidden, "Your account may not do this.").ConfigureAwait(false);
    }

    private ValueTask<bool> WriteAsync(int status, string detail) =>
        problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = Context, ProblemDetails = { Status = status, Detail = detail } });
}

/// <summary>Has a service let callers in by their access tokens.</summary>
public static class BearerSchemeExtensions
{
    /// <summary>Adds the scheme, and nothing of what others would need: the whole of authentication would start key management for cookies, which nobody has.</summary>
    /// <typeparam name="TScheme">What decides about a token.</typeparam>
    /// <param name="services">The service's.</param>
    public static void AddBearerScheme<TScheme>(this IServiceCollection services)
        where TScheme : BearerScheme
    {
        services.AddAuthenticationCore(options =>
        {
            options.AddScheme<TScheme>(BearerScheme.Name, null);
            options.DefaultScheme = BearerScheme.Name;
        });
        services.AddWebEncoders();
        services.AddTransient<TScheme>();
    }
}
