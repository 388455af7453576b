using Platform.ServiceDefaults.Edge;

namespace Platform.Api.Http.Edge;

/// <summary>What stands between the internet and the endpoints: proxies, browsers' rules on other origins, headers that protect.</summary>
internal static class EdgeExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];
    private static readonly string[] Sent =
        ["Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Platform-Min-Lsn", "traceparent", "tracestate"];
    private static readonly string[] Exposed =
        ["ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Platform-Lsn", "Cache-Status", "Server-Timing", "WWW-Authenticate"];

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new SecurityHeaders(builder.Environment));
        // What failed is answered anew, without what was said before.
        builder.Services.AddOptions<ProblemDetailsOptions>().Configure<SecurityHeaders>((options, security) =>
            options.CustomizeProblemDetails += problem => security.Say(problem.HttpContext));
        var origins = CrossOrigins.From(builder.Configuration);
        builder.Services.AddSingleton(origins);
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(origins.Policy(Methods, Sent, Exposed)));
        builder.Services.AddSingleton(TrustedProxies.From(builder.Configuration));
    }

    /// <summary>Use it before routing: public reads end there.</summary>
    internal static void UseEdge(this WebApplication app)
    {
        app.Services.GetRequiredService<TrustedProxies>().Use(app);
        var security = app.Services.GetRequiredService<SecurityHeaders>();
        app.Use(next => context =>
        {
            if (!context.Response.HasStarted)
            {
                security.Say(context);
            }

            return next(context);
        });
        if (app.Services.GetRequiredService<CrossOrigins>() is { Any: true } origins)
        {
            app.Use(origins.Vary);
            app.UseCors();
        }
    }
}
