using System.Text.Json.Serialization;

namespace Platform.Api.Http;

/// <summary>What holds for every endpoint of the Api: how it reads JSON, how it fails, how long it may take.</summary>
internal static class HttpContract
{
    // A store that does not answer must not hold its callers: they get their 503 within 2 s, answer included.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1.5);

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
    }

    /// <summary>The group that every endpoint of version 1 is in.</summary>
    internal static RouteGroupBuilder MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1");
        api.WithRequestTimeout(RequestTimeout);
        api.ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return api;
    }
}
