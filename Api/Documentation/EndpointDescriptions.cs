using Microsoft.AspNetCore.Http.Metadata;
using Platform.Api.Identity;

namespace Platform.Api.Documentation;

/// <summary>What an endpoint answers besides success, said once and shown in the API description.</summary>
internal static class EndpointDescriptions
{
    private static readonly AuthenticationRequired Authentication = new();
    private static readonly AuthenticationTaken OptionalAuthentication = new();
    private static readonly IfMatchRequired IfMatch = new();
    private static readonly IdempotencyKeyRequired IdempotencyKey = new();

    /// <summary>The endpoint takes <c>If-Match</c> and insists on it.</summary>
    internal sealed record IfMatchRequired;

    /// <summary>The endpoint takes <c>Idempotency-Key</c> and insists on it.</summary>
    internal sealed record IdempotencyKeyRequired;

    /// <summary>The endpoint takes an access token.</summary>
    internal sealed record AuthenticationRequired;

    /// <summary>The endpoint takes an access token, and does without.</summary>
    internal sealed record AuthenticationTaken;

    /// <summary>A body to show and to try.</summary>
    internal sealed record RequestExample(object Value);

    internal static RouteHandlerBuilder AnswersInvalid(this RouteHandlerBuilder endpoint) => endpoint.ProducesValidationProblem();

    internal static RouteHandlerBuilder AnswersNotFound(this RouteHandlerBuilder endpoint) => endpoint.ProducesProblem(StatusCodes.Status404NotFound);

    internal static RouteHandlerBuilder AnswersConflict(this RouteHandlerBuilder endpoint) =>
        endpoint.ProducesValidationProblem(StatusCodes.Status409Conflict);

    /// <summary>304 to a reader who sends the ETag it has.</summary>
    internal static RouteHandlerBuilder AnswersNotModified(this RouteHandlerBuilder endpoint) => endpoint.Produces(StatusCodes.Status304NotModified);

    /// <summary>201 with the thing made and its address, and never 200.</summary>
    internal static RouteHandlerBuilder AnswersCreated<T>(this RouteHandlerBuilder endpoint)
    {
        endpoint.Finally(builder =>
        {
            foreach (var ok in builder.Metadata.OfType<IProducesResponseTypeMetadata>().Where(m => m.StatusCode == StatusCodes.Status200OK).ToList())
            {
                builder.Metadata.Remove(ok);
            }
        });
        return endpoint.Produces<T>(StatusCodes.Status201Created);
    }

    /// <summary>Only administrators get in: 401 for strangers, 403 for other users.</summary>
    internal static RouteHandlerBuilder ForAdministrators(this RouteHandlerBuilder endpoint) =>
        endpoint.For(Policies.Admin).ProducesProblem(StatusCodes.Status403Forbidden);

    /// <summary>Only administrators and librarians get in: 401 for strangers, 403 for other users.</summary>
    internal static RouteHandlerBuilder ForStaff(this RouteHandlerBuilder endpoint) =>
        endpoint.For(Policies.Staff).ProducesProblem(StatusCodes.Status403Forbidden);

    /// <summary>Whoever is logged in gets in; 401 for strangers.</summary>
    internal static RouteHandlerBuilder ForMembers(this RouteHandlerBuilder endpoint) => endpoint.For(Policies.Member);

    /// <summary>Everybody gets in, logged in or not; 401 only for a token that is not good.</summary>
    internal static RouteHandlerBuilder ForAnybody(this RouteHandlerBuilder endpoint) =>
        endpoint.RequireAuthorization(Policies.Anybody).WithMetadata(OptionalAuthentication).ProducesProblem(StatusCodes.Status401Unauthorized);

    private static RouteHandlerBuilder For(this RouteHandlerBuilder endpoint, string policy) =>
        endpoint.RequireAuthorization(policy).WithMetadata(Authentication).ProducesProblem(StatusCodes.Status401Unauthorized);

    /// <summary>428 without <c>If-Match</c>, 412 with the ETag of an older state.</summary>
    internal static RouteHandlerBuilder NeedsIfMatch(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(IfMatch)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status428PreconditionRequired);

    /// <summary>400 without <c>Idempotency-Key</c>, 422 with one that was sent with another request.</summary>
    internal static RouteHandlerBuilder NeedsIdempotencyKey(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(IdempotencyKey)
        .ProducesValidationProblem().ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <summary>Reads a JSON body of at most 1 MiB.</summary>
    internal static RouteHandlerBuilder ReadsBody(this RouteHandlerBuilder endpoint, object example) => endpoint
        .WithMetadata(new RequestExample(example)).ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
}
