namespace Platform.Emulators.Grafana;

/// <summary>What browsers are told to refuse: scripts and addresses of elsewhere, and being framed by another site.</summary>
internal sealed class PageSecurity(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        // The page and its parts belong together: what was edited or built anew is seen at once.
        headers.CacheControl = "no-cache";
        return next(context);
    }
}
