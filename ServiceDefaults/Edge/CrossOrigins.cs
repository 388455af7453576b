using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults.Edge;

/// <summary>The origins whose pages may use a service from a browser; <c>Cors:Origins</c>.</summary>
/// <remarks>They are trusted with their user's cookies, so each is named; there is no way to say "all".</remarks>
public sealed class CrossOrigins
{
    private const string Setting = "Cors:Origins";

    // How long a browser need not ask again; none takes more than two hours.
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    private readonly HashSet<string> _origins;

    private CrossOrigins(IEnumerable<string> origins) => _origins = origins.ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether there are any.</summary>
    public bool Any => _origins.Count > 0;

    /// <summary>Reads the setting.</summary>
    /// <exception cref="InvalidOperationException">The setting is not usable; the message names it.</exception>
    public static CrossOrigins From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
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

    /// <summary>What they may do.</summary>
    /// <param name="methods">The methods of requests.</param>
    /// <param name="sent">The headers that requests may have.</param>
    /// <param name="exposed">The headers of answers that pages may read.</param>
    public CorsPolicy Policy(string[] methods, string[] sent, string[] exposed) => new CorsPolicyBuilder([.. _origins])
        .WithMethods(methods)
        .WithHeaders(sent)
        .WithExposedHeaders(exposed)
        .AllowCredentials()
        .SetPreflightMaxAge(PreflightAge)
        .Build();

    /// <summary>Says that an answer depends on the origin, to whoever keeps it for others: also where none was sent, or another.</summary>
    public RequestDelegate Vary(RequestDelegate next) => context =>
    {
        // Where several are allowed and this is one of them, the policy says so itself.
        if (_origins.Count == 1 || !_origins.Contains(context.Request.Headers.Origin.ToString()))
        {
            context.Response.Headers.Vary = "Origin";
        }

        return next(context);
    };
}
