using Microsoft.Extensions.Primitives;

namespace Platform.Api.Http.Edge;

/// <summary>Headers that keep a browser from taking an answer for something else than it is.</summary>
internal sealed class SecurityHeaders(IHostEnvironment environment)
{
    // Data runs nothing, loads nothing and is framed by nobody. Pages for people say what they need instead.
    private static readonly StringValues NothingRuns = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues OneYear = "max-age=31536000";

    // On one's own machine there is no certificate, and a browser would remember it for all that runs on localhost.
    private readonly bool _insistsOnHttps = !environment.IsDevelopment();

    internal void Say(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = NothingRuns;
        headers["Referrer-Policy"] = NoReferrer;
        if (_insistsOnHttps && context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = OneYear;
        }
    }
}
