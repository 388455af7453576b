using Platform.Api.Documentation;
using Platform.Api.Http.RateLimits;

namespace Platform.Api.Http;

/// <summary>Maps what everybody may read.</summary>
internal static class PublicReads
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps GET and HEAD of an address whose handler answers a <see cref="CachedRead"/>.</summary>
    /// <remarks>
    /// Routing runs the endpoint at once: what comes after it (authentication, a request's own wait for the database) is
    /// for others. An endpoint that asks for authorisation cannot be mapped this way; routing refuses to run it.
    /// </remarks>
    internal static RouteHandlerBuilder MapRead(this RouteGroupBuilder endpoints, string pattern, Delegate handler)
    {
        var services = ((IEndpointRouteBuilder)endpoints).ServiceProvider;
        var limits = services.GetRequiredService<RateLimits.RateLimits>();
        var endpoint = endpoints.MapMethods(pattern, Methods, handler)
            .WithMetadata(services.GetRequiredService<PublicAnswers>())
            .AnswersNotModified();
        endpoint.Finally(builder => builder.RequestDelegate = limits.LimitByAddress(builder.RequestDelegate!));
        endpoint.ShortCircuit();
        return endpoint;
    }
}
