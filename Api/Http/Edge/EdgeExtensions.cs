using Microsoft.AspNetCore.HttpOverrides;

namespace Platform.Api.Http.Edge;

/// <summary>What stands between the internet and the endpoints: proxies, browsers' rules on other origins, headers that protect.</summary>
internal static class EdgeExtensions
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static void AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new SecurityHeaders(builder.Environment));
        // What failed is answered anew, without what was said before.
        builder.Services.AddOptions<ProblemDetailsOptions>().Configure<SecurityHeaders>((options, security) =>
            options.CustomizeProblemDetails += problem => security.Say(problem.HttpContext));
        var origins = CrossOrigins.From(builder.Configuration);
        builder.Services.AddSingleton(origins);
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(origins.Policy()));
        builder.Services.AddSingleton(TrustedProxies.From(builder.Configuration));
    }

    /// <summary>Use it before routing: public reads end there.</summary>
    internal static void UseEdge(this WebApplication app)
    {
        if (app.Services.GetRequiredService<TrustedProxies>() is { Any: true } proxies)
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
            proxies.AddTo(options);
            app.UseForwardedHeaders(options);
        }

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
