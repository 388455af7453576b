using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Platform.Api.Identity;

/// <summary>Administrators, until there are accounts: whoever sends <c>X-Admin-Key</c> equal to <c>Admin:Key</c>.</summary>
internal static class AdminKey
{
    internal const string Header = "X-Admin-Key";
    private const string Scheme = "AdminKey";

    /// <exception cref="InvalidOperationException"><c>Admin:Key</c> is missing or too short to be a secret.</exception>
    internal static void AddAdminKey(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["Admin:Key"] is not { Length: >= 16 })
        {
            throw new InvalidOperationException("Admin:Key must be set to a secret of at least 16 characters.");
        }

        // The core only: the whole of it would start key management for cookies, which nobody has.
        builder.Services.AddAuthenticationCore(options =>
        {
            options.AddScheme<Handler>(Scheme, null);
            options.DefaultScheme = Scheme;
        });
        builder.Services.AddWebEncoders();
        builder.Services.AddTransient<Handler>();
        builder.Services.AddAuthorization();
    }

    // Authentication comes before binding: a stranger's body is never read.
    private sealed class Handler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
        IConfiguration configuration, IProblemDetailsService problems) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers[Header] is not [{ } key])
            {
                return Task.FromResult(AuthenticateResult.NoResult());
            }

            // Hashes are of one length, so that the time the comparison takes tells neither content nor length.
            var isRight = CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(key)), SHA256.HashData(Encoding.UTF8.GetBytes(configuration["Admin:Key"]!)));
            return Task.FromResult(isRight
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, "admin")], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.Fail("The key is wrong."));
        }

        protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.WWWAuthenticate = Scheme.Name;
            await problems.TryWriteAsync(new ProblemDetailsContext
            {
                HttpContext = Context,
                ProblemDetails = { Status = StatusCodes.Status401Unauthorized, Detail = $"Send the administrator's key in the header {Header}." },
            });
        }
    }
}
