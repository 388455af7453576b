using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>Every error answer, whoever caused it, is an RFC 9457 problem with <c>traceId</c>.</summary>
internal static class ProblemAnswers
{
    public static void AddProblemAnswers(this IServiceCollection services)
    {
        services.AddProblemDetails();
        // After the default writer, which refuses clients that do not accept JSON, such as browsers.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IProblemDetailsWriter, AnyClientProblemWriter>());
        services.PostConfigure<ProblemDetailsOptions>(options =>
        {
            var before = options.CustomizeProblemDetails;
            options.CustomizeProblemDetails = context =>
            {
                before?.Invoke(context);
                Complete(context);
            };
        });
        services.AddSingleton<ExceptionAnswers>();
        services.AddOptions<ExceptionHandlerOptions>().Configure<ExceptionAnswers>((options, answers) =>
        {
            options.ExceptionHandler = answers.AnswerAsync;
            // Whoever answers also logs, once and at the level that fits.
            options.SuppressDiagnosticsCallback = _ => true;
        });
        // Outside Development a value that cannot be bound would be answered 400 without saying which.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, OutermostPipeline>());
    }

    private static void Complete(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        // The bare trace id is what logs and the trace view are searched by.
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
        problem.Detail ??= problem.Status switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this address.",
            StatusCodes.Status405MethodNotAllowed =>
                $"{http.Request.Method} is not allowed here. Allowed: {http.Response.Headers.Allow}.",
            StatusCodes.Status413PayloadTooLarge => string.Create(CultureInfo.InvariantCulture,
                $"The body may have at most {ServiceDefaultsExtensions.MaxRequestBodyBytes} bytes."),
            StatusCodes.Status415UnsupportedMediaType => "The body must be JSON, sent with Content-Type: application/json.",
            StatusCodes.Status503ServiceUnavailable => "The service cannot answer right now. Try again shortly.",
            _ => null,
        };
        if (!http.Response.HasStarted)
        {
            // It is about this request, down to its traceId.
            http.Response.Headers.CacheControl = "no-store";
            if (problem.Status == StatusCodes.Status503ServiceUnavailable)
                http.Response.Headers.RetryAfter = "1";
        }
        if (problem is HttpValidationProblemDetails { Errors.Count: > 0 } invalid)
        {
            invalid.Errors = invalid.Errors
                .GroupBy(error => FieldName(error.Key))
                .ToDictionary(field => field.Key, field => field.SelectMany(error => error.Value).ToArray());
        }
    }

    /// <summary>The name as it is in JSON: <c>Authors[0].BirthYear</c> is <c>authors[0].birthYear</c>.</summary>
    internal static string FieldName(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    private sealed class OutermostPipeline : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<ServerSpan>();
            app.UseExceptionHandler();
            app.UseStatusCodePages();
            next(app);
        };
    }

    private sealed class AnyClientProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => true;

        public ValueTask WriteAsync(ProblemDetailsContext context)
        {
            var response = context.HttpContext.Response;
            context.ProblemDetails.Status ??= response.StatusCode;
            context.ProblemDetails.Title ??= ReasonPhrases.GetReasonPhrase(response.StatusCode);
            options.Value.CustomizeProblemDetails?.Invoke(context);
            return new ValueTask(response.WriteAsJsonAsync(
                context.ProblemDetails, context.ProblemDetails.GetType(), options: null, contentType: "application/problem+json"));
        }
    }
}
