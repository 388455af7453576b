using System.Text.Json.Serialization;
using Platform.Api.Data;
using Platform.Api.Http.RateLimits;

namespace Platform.Api.Http;

/// <summary>What holds for every endpoint of the Api: how it reads JSON, how it fails, how long it may take.</summary>
internal static class HttpContract
{
    internal static void AddHttpContract(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            // A misspelt field must not be dropped without a word, nor "5" be taken for 5.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PublicAnswers>();
        builder.AddRateLimits();
    }

    /// <summary>Maps the group that every endpoint of version 1 is in.</summary>
    internal static RouteGroupBuilder MapApi(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseRateLimits();
        app.UseAuthorization();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), branch => branch.Use(NotStored).UseMiddleware<DatabaseDeadline>().UseMiddleware<CommitPosition>());
        var api = app.MapGroup("/api/v1");
        api.ProducesProblem(StatusCodes.Status429TooManyRequests);
        api.ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }

    // What public reads answer says for itself how long it may be kept; they do not come here.
    private static RequestDelegate NotStored(RequestDelegate next) => context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        return next(context);
    };
}
