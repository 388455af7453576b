using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;

namespace Platform.Api.Identity.Sessions;

/// <summary><c>/auth/access</c>: what a service asks that keeps no accounts itself, with the token of its client.</summary>
internal static class TopicAccess
{
    internal static void MapTopicAccess(this RouteGroupBuilder auth) =>
        auth.MapGet("/access", Get).WithSummary("Whether the caller may be told of the changes of a topic: 204 when they may.")
            .ForMembers().AnswersInvalid().AnswersNotFound().Produces(StatusCodes.Status204NoContent);

    private static async Task<Results<NoContent, ProblemHttpResult>> Get(
        [FromQuery, Description("As in a subscription: `orders/{id}`, `users/me`.")] string? topic,
        CurrentUser user, PlatformDbContext db, CancellationToken cancellationToken)
    {
        if (topic == "users/me")
        {
            return TypedResults.NoContent();
        }

        if (topic?.Split('/') is not ["orders", var text] || !Guid.TryParseExact(text, "D", out var order))
        {
            return Problems.Invalid("topic", "topic must be orders/{id} or users/me: others are open to everybody.");
        }

        // Another user's order is one that does not exist.
        await using var transaction = await db.BeginAsync(new RowScope(user.Id, user.IsStaff), cancellationToken);
        return await db.Orders.AnyAsync(o => o.Id == order, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound("order");
    }
}
