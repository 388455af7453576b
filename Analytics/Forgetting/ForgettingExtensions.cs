using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Analytics.Access;

namespace Platform.Analytics.Forgetting;

/// <summary>Has a service forget those who ask for it, and say so.</summary>
internal static class ForgettingExtensions
{
    internal static void AddForgetting(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ForgottenUsers>();
        builder.Services.AddSingleton<Forgetfulness>();
        builder.Services.AddSingleton<PersonalTraces>();
        builder.Services.AddSingleton<ForgettingWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ForgettingWorker>());
    }

    internal static void MapForgetting(this IEndpointRouteBuilder app) => app.MapGet("/analytics/forgotten/{id}", Receipt).ForAdministrators();

    /// <summary>The receipt, and what a query finds at this moment.</summary>
    internal sealed record Proof(ForgottenUser Receipt, Traces Now);

    private static async Task<Results<Ok<Proof>, ProblemHttpResult>> Receipt(Guid id, ForgottenUsers users, PersonalTraces traces, CancellationToken cancellationToken)
    {
        if (await users.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } user)
            return TypedResults.Problem("Nobody of this number asked to be forgotten.", statusCode: StatusCodes.Status404NotFound);
        var now = await traces.CountAsync(id, cancellationToken).ConfigureAwait(false);
        // Something has come to light since, such as what was parked: it is removed as well.
        if (user.DoneAt is not null && now != Traces.None)
            await users.ChangeAsync(user with { Left = now, DoneAt = null }, cancellationToken).ConfigureAwait(false);
        return TypedResults.Ok(new Proof(user with { ETag = null }, now));
    }
}
