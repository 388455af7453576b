using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity.Sessions;

namespace Platform.Api.Identity.Accounts;

/// <summary><c>/users/me</c>.</summary>
internal static class UserEndpoints
{
    private const int MostSessions = 100;

    internal static void MapUsers(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/users/me").WithTags("Account");
        me.MapGet("/", Get).WithSummary("The account of the caller.").ForMembers().AnswersNotFound();
        me.MapPut("/", Replace).WithSummary("Change the caller's name.").ForMembers().NeedsIfMatch().ReadsBody(new UserRequest("Ishmael")).AnswersNotFound();
        me.MapPost("/password", ChangePassword).WithSummary("Change the password: every session ends, and the answer opens a new one.")
            .ForMembers().ReadsBody(new PasswordRequest("a damp drizzly november", "the whiteness of the whale"));
        me.MapDelete("/", Delete).WithSummary("Delete the account with all that is the caller's. Orders stay, without a name; those that are under way must be done first.")
            .ForMembers().ReadsBody(new DeletionRequest("a damp drizzly november")).AnswersNotFound().AnswersConflict();
        me.MapGet("/sessions", Sessions).WithSummary($"Where the account is logged in: the {MostSessions} sessions used last.").ForMembers();
        api.MapAddresses();
    }

    /// <summary>What one may change of one's account.</summary>
    internal sealed record UserRequest([property: MaxLength(User.MaxDisplayNameLength)] string? DisplayName);

    /// <summary>A change of one's password.</summary>
    internal sealed record PasswordRequest(
        [property: Required, MaxLength(PasswordRules.MaxLength)] string? CurrentPassword,
        [property: Required, MinLength(PasswordRules.MinLength), MaxLength(PasswordRules.MaxLength)] string? NewPassword)
    {
        // A record prints its members.
        /// <inheritdoc />
        public override string ToString() => nameof(PasswordRequest);
    }

    /// <summary>Says again who it is: an access token that was stolen must not be enough.</summary>
    internal sealed record DeletionRequest([property: Required, MaxLength(PasswordRules.MaxLength)] string? Password)
    {
        /// <inheritdoc cref="PasswordRequest.ToString" />
        public override string ToString() => nameof(DeletionRequest);
    }

    /// <summary>A login that has not ended.</summary>
    internal sealed record SessionView(
        Guid Id,
        DateTimeOffset CreatedAt,
        DateTimeOffset LastUsedAt,
        DateTimeOffset ExpiresAt,
        [property: Description("What the client said it is.")] string? UserAgent,
        [property: Description("From where it last came.")] string? Address,
        [property: Description("Whether it is the one that asks.")] bool IsCurrent);

    private static async Task<Results<Representation<UserProfile>, ProblemHttpResult>> Get(CurrentUser caller, PlatformDbContext db, CancellationToken cancellationToken) =>
        await UserProfile.FindAsync(db, caller.Id, cancellationToken) is (var user, { } roles)
            ? new Representation<UserProfile>(UserProfile.Of(user, roles))
            : Problems.NotFound("account");

    private static async Task<Results<Representation<UserProfile>, ProblemHttpResult>> Replace(
        UserRequest request, CurrentUser caller, HttpRequest http, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await UserProfile.FindAsync(db, caller.Id, cancellationToken) is not (var user, { } roles))
        {
            return Problems.NotFound("account");
        }

        if (Representation.Refuse(http, UserProfile.Of(user, roles)) is { } refusal)
        {
            return refusal;
        }

        var errors = new FieldErrors();
        user.DisplayName = errors.OptionalText("displayName", request.DisplayName, User.MaxDisplayNameLength);
        if (errors.Any)
        {
            return Problems.Invalid(errors);
        }

        user.ConcurrencyStamp = Guid.CreateVersion7(clock.GetUtcNow()).ToString();
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new Representation<UserProfile>(UserProfile.Of(user, roles));
        }
        catch (DbUpdateConcurrencyException)
        {
            return Representation.Stale();
        }
    }

    private static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> ChangePassword(
        PasswordRequest request, CurrentUser caller, PasswordChange change, HttpContext http, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        PasswordRules.CheckText(errors, request.CurrentPassword, "currentPassword");
        PasswordRules.CheckText(errors, request.NewPassword, "newPassword");
        return !errors.Any && await change.TryAsync(caller, request.CurrentPassword!, request.NewPassword!, errors, SessionTokens.Client.Of(http), cancellationToken) is { } answer
            ? TypedResults.Ok(answer)
            : Problems.Invalid(errors);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        [FromBody] DeletionRequest request, CurrentUser caller, AccountDeletion deletion, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        PasswordRules.CheckText(errors, request.Password);
        return errors.Any ? Problems.Invalid(errors)
            : await deletion.TryAsync(caller, request.Password!, cancellationToken) is { } refusal ? refusal
            : TypedResults.NoContent();
    }

    private static async Task<Ok<Page<SessionView>>> Sessions(CurrentUser caller, PlatformDbContext db, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(caller.Id), cancellationToken);
        var now = clock.GetUtcNow();
        var sessions = await db.Sessions.Where(s => s.UserId == caller.Id && s.RevokedAt == null && s.ExpiresAt > now)
            .OrderByDescending(s => s.LastUsedAt).Take(MostSessions)
            .Select(s => new SessionView(s.Id, s.CreatedAt, s.LastUsedAt, s.ExpiresAt, s.UserAgent, s.Address, s.Id == caller.SessionId))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<SessionView>(sessions, null));
    }
}
