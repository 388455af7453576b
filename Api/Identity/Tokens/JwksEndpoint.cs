using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Api.Identity.Tokens;

/// <summary><c>/.well-known/jwks.json</c>: the public keys, for services that verify access tokens themselves (RFC 7517).</summary>
internal static class JwksEndpoint
{
    internal static void MapJwks(this WebApplication app) =>
        app.MapGet("/.well-known/jwks.json", Get).ExcludeFromDescription();

    private static async Task<Ok<JsonWebKeys>> Get(SigningKeys keys, HttpResponse response, CancellationToken cancellationToken)
    {
        var published = await keys.PublishedAsync(cancellationToken);
        // A key is published for longer than that before it signs.
        response.Headers.CacheControl = $"public, max-age={(int)SigningKeys.RefreshEvery.TotalSeconds}";
        return TypedResults.Ok(new JsonWebKeys([.. published.OrderBy(key => key.ActiveFrom)
            .Select(key => new JsonWebKey("EC", "P-256", "sig", "ES256", key.Id, key.X, key.Y))]));
    }
}
