using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Http.RateLimits;
using Platform.Api.Identity.Accounts;

namespace Platform.Api.Identity.Sessions;

/// <summary><c>/auth</c>.</summary>
internal static class AuthEndpoints
{
    internal static void MapAuth(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Login");
        auth.MapPost("/register", Register).WithSummary("Make an account. The answer is the same where the address has one.")
            .ReadsBody(new RegisterRequest("ishmael@example.org", "a damp drizzly november", "Ishmael"))
            .LimitedByAccount<RegisterRequest>(limits => (limits.RegisterByAddress, limits.RegisterByAccount), request => request.Email);
        auth.MapPost("/login", LogIn).WithSummary("Log in: an access token for 30 minutes, and a refresh token.")
            .ReadsBody(new LoginRequest("ishmael@example.org", "a damp drizzly november")).ProducesProblem(StatusCodes.Status401Unauthorized)
            .LimitedByAccount<LoginRequest>(limits => (limits.LoginByAddress, limits.LoginByAccount), request => request.Email);
        auth.MapPost("/refresh", Refresh).WithSummary("Exchange a refresh token for new tokens.")
            .ReadsBody(new RefreshRequest("AYkKXayWd0u8zrMCCZqAVwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/logout", LogOut).WithSummary("End this session.").ForMembers();
        auth.MapPost("/logout-all", LogOutAll).WithSummary("End all sessions of the account.").ForMembers();
        auth.MapTopicAccess();
    }

    /// <summary>A registration that was taken note of.</summary>
    internal sealed record Registered([property: Description("Log in with it: if it had no account, it has one now.")] string Email);

    /// <summary>A login.</summary>
    internal sealed record LoginRequest([property: Required, MaxLength(PasswordRules.MaxEmailLength)] string? Email, [property: Required, MaxLength(PasswordRules.MaxLength)] string? Password)
    {
        // A record prints its members.
        /// <inheritdoc />
        public override string ToString() => nameof(LoginRequest);
    }

    /// <summary>A refresh.</summary>
    internal sealed record RefreshRequest([property: Required] string? RefreshToken)
    {
        /// <inheritdoc cref="LoginRequest.ToString" />
        public override string ToString() => nameof(RefreshRequest);
    }

    private static async Task<Results<Accepted<Registered>, ProblemHttpResult>> Register(
        RegisterRequest request, Registration registration, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (request.Check(errors) is not { } account)
        {
            return Problems.Invalid(errors);
        }

        await registration.RegisterAsync(account, cancellationToken);
        return TypedResults.Accepted((string?)null, new Registered(account.Email));
    }

    private static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> LogIn(
        LoginRequest request, Login login, HttpContext http, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var email = errors.Text("email", request.Email, PasswordRules.MaxEmailLength);
        PasswordRules.CheckText(errors, request.Password);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        return await login.TryAsync(email, request.Password!, http, cancellationToken) is { } answer
            ? TypedResults.Ok(answer)
            : Refused(http, "Address or password is wrong, or there were too many attempts: then try again later.");
    }

    private static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> Refresh(
        RefreshRequest request, SessionTokens sessions, HttpContext http, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.RefreshToken))
        {
            return Problems.Invalid("refreshToken", "refreshToken is required.");
        }

        var (answer, refusal) = RefreshSecret.TryParse(request.RefreshToken, out var secret)
            ? await sessions.RefreshAsync(secret, SessionTokens.Client.Of(http), cancellationToken)
            : (null, SessionTokens.Refusal.Invalid);
        return refusal switch
        {
            SessionTokens.Refusal.None => TypedResults.Ok(answer!),
            SessionTokens.Refusal.JustReplaced => TypedResults.Problem("Another request has just exchanged this token: use what that one was answered.",
                title: "The token was just exchanged.", statusCode: StatusCodes.Status409Conflict),
            _ => Refused(http, "The refresh token is not valid, or no longer: log in."),
        };
    }

    private static async Task<NoContent> LogOut(CurrentUser user, SessionTokens sessions, CancellationToken cancellationToken)
    {
        await sessions.CloseAsync(user, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> LogOutAll(CurrentUser user, SessionTokens sessions, CancellationToken cancellationToken)
    {
        await sessions.CloseAllAsync(user, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult Refused(HttpContext http, string detail)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"platform\"";
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status401Unauthorized);
    }
}
