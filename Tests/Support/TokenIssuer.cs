using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Tests.Support;

/// <summary>Issues access tokens as the Api does, and publishes the key: a client's handler that answers for it.</summary>
internal sealed class TokenIssuer : HttpMessageHandler
{
    private readonly VerificationKey _key;

    public TokenIssuer()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _key = new VerificationKey(pair.ExportSubjectPublicKeyInfo(), pair.ExportPkcs8PrivateKey(), DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
    }

    /// <summary>Whether nobody answers for the key.</summary>
    public bool IsAway { get; set; }

    /// <summary>A token that is good from now on.</summary>
    public AuthenticationHeaderValue Issue(Guid user, params string[] roles) =>
        new("Bearer", new AccessToken(user, Guid.CreateVersion7(), roles, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow() + AccessToken.Lifetime).Sign(_key));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => IsAway
        ? throw new HttpRequestException("The Api is away.")
        : Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = JsonContent.Create(new JsonWebKeys([new JsonWebKey("EC", "P-256", "sig", "ES256", _key.Id, _key.X, _key.Y)])),
        });
}
