using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Platform.Api.Identity;

namespace Platform.Api.Store.Carts;

/// <summary>
/// The cookie by which somebody who has not logged in holds a cart: its id, signed under a key made of
/// <c>Identity:KeySecret</c>, so that nobody comes by another's cart by guessing ids.
/// </summary>
/// <remarks>A cookie that is not ours is no cookie: whoever sends one has no cart yet.</remarks>
internal sealed class CartCookie(AccountSettings settings, IHostEnvironment environment)
{
    /// <summary>For so long after its last change an anonymous cart is kept.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The cookie's name.</summary>
    internal const string Name = "platform_cart";

    private const int IdLength = 16;
    private const int Length = IdLength + HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key =
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(settings.KeySecret), 32, info: "platform anonymous carts, version 1"u8.ToArray());

    /// <summary>The id of the cart that the caller holds; null for none.</summary>
    internal Guid? Read(HttpRequest request)
    {
        if (request.Cookies[Name] is not { } text || text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[Length];
        return Base64Url.DecodeFromChars(text, bytes) == Length
            && CryptographicOperations.FixedTimeEquals(bytes[IdLength..], HMACSHA256.HashData(_key, bytes[..IdLength]))
                ? new Guid(bytes[..IdLength], bigEndian: true)
                : null;
    }

    /// <summary>Gives the caller a cart to hold, or lets them hold it for longer.</summary>
    internal void Write(HttpContext http, Guid cartId)
    {
        Span<byte> bytes = stackalloc byte[Length];
        cartId.TryWriteBytes(bytes, bigEndian: true, out _);
        HMACSHA256.HashData(_key, bytes[..IdLength], bytes[IdLength..]);
        var options = Options(http.Request);
        options.MaxAge = Lifetime;
        http.Response.Cookies.Append(Name, Base64Url.EncodeToString(bytes), options);
    }

    /// <summary>Takes the cookie back, if the caller sent one.</summary>
    internal void Clear(HttpContext http)
    {
        if (http.Request.Cookies.ContainsKey(Name))
        {
            http.Response.Cookies.Delete(Name, Options(http.Request));
        }
    }

    // Lax: no other site's form or script writes with it. A proxy may have ended TLS before us, so that only development
    // does without Secure.
    private CookieOptions Options(HttpRequest request) => new()
    {
        Path = "/api/v1", HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true, Secure = request.IsHttps || !environment.IsDevelopment(),
    };
}
