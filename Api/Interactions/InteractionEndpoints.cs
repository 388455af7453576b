using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity;

namespace Platform.Api.Interactions;

/// <summary><c>/interactions</c>: clients tell what people do with books.</summary>
internal static class InteractionEndpoints
{
    private static readonly InteractionRequest Example = new(
    [
        new(new Guid("01890a5d-ac96-774b-bcce-b302099a8061"), "view", new Guid("01890a5d-ac96-774b-bcce-b302099a8059")),
        new(new Guid("01890a5d-ac96-774b-bcce-b302099a8062"), "shelf-add", new Guid("01890a5d-ac96-774b-bcce-b302099a8059"), Shelf: "want"),
    ]);

    internal static void AddInteractions(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<InteractionLog>();
        builder.Services.AddSingleton<AtDeletion>(InteractionLog.ForgetAsync);
    }

    internal static void MapInteractions(this RouteGroupBuilder api) =>
        api.MapGroup("/interactions").WithTags("Interactions").MapPost("/", Add)
            .WithSummary("Tell what was done with books: views, clicks in search results, additions to cart and shelf, and what one does not want to see. Told again, it counts once.")
            .ForAnybody().ReadsBody(Example);

    private static async Task<Results<Ok<InteractionLog.Receipt>, ProblemHttpResult>> Add(
        InteractionRequest request, HttpContext http, InteractionLog log, TimeProvider clock, CancellationToken cancellationToken)
    {
        var user = CurrentUser.Of(http.User)?.Id;
        var errors = new FieldErrors();
        var interactions = request.Read(user, clock.GetUtcNow(), errors);
        return errors.Any ? Problems.Invalid(errors) : TypedResults.Ok(await log.AddAsync(user, interactions, cancellationToken));
    }
}
