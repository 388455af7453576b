using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Platform.Api.Http.Edge;

/// <summary>The origins whose pages may use the Api from a browser; <c>Cors:Origins</c>.</summary>
/// <remarks>They are trusted with their user's cookies, so each is named; there is no way to say "all".</remarks>
internal sealed class CrossOrigins
{
    private const string Setting = "Cors:Origins";

    // How long a browser need not ask again; none takes more than two hours.
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    private readonly HashSet<string> _origins;

    private CrossOrigins(IEnumerable<string> origins) => _origins = origins.ToHashSet(StringComparer.Ordinal);

    internal bool Any => _origins.Count > 0;

    /// <exception cref="InvalidOperationException">The setting is not usable; the message names it.</exception>
    internal static CrossOrigins From(IConfiguration configuration)
    {
        var origins = (configuration[Setting] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var origin in origins)
        {
            // As browsers send it, letter by letter.
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.GetLeftPart(UriPartial.Authority) != origin || uri.UserInfo.Length > 0)
            {
                throw new InvalidOperationException($"{Setting} must be origins such as https://shop.example.org, without a path, separated by commas; '{origin}' is none.");
            }
        }

        return new CrossOrigins(origins);
    }

    internal CorsPolicy Policy() => new CorsPolicyBuilder([.. _origins])
        .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
        .WithHeaders("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Platform-Min-Lsn", "traceparent", "tracestate")
        .WithExposedHeaders("ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Platform-Lsn", "Cache-Status", "Server-Timing", "WWW-Authenticate")
        .AllowCredentials()
        .SetPreflightMaxAge(PreflightAge)
        .Build();

    /// <summary>Says that an answer depends on the origin, to whoever keeps it for others: also where none was sent, or another.</summary>
    internal RequestDelegate Vary(RequestDelegate next) => context =>
    {
        // Where several are allowed and this is one of them, the policy says so itself.
        if (_origins.Count == 1 || !_origins.Contains(context.Request.Headers.Origin.ToString()))
        {
            context.Response.Headers.Vary = "Origin";
        }

        return next(context);
    };
}
