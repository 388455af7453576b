using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Platform.ServiceDefaults;

/// <summary>
/// Completes the server span with what ASP.NET Core 10 leaves out: route, status and error
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). It runs outside the exception handler, so that it
/// sees the status that was sent. Requests of the platform's own upkeep are not traced at all.
/// </summary>
internal sealed class ServerSpan(RequestDelegate next)
{
    private static readonly HashSet<string> Untraced = new(StringComparer.OrdinalIgnoreCase) { "/health", "/alive", "/metrics" };

    public Task InvokeAsync(HttpContext context)
    {
        // Mostly nobody listens, and then there is nothing to complete.
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } activity)
            return next(context);
        if (Untraced.Contains(context.Request.Path.Value ?? ""))
        {
            // Spans below inherit this: a health check's queries are not traced either.
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return next(context);
        }

        return CompleteAfterAsync(activity, context);
    }

    private async Task CompleteAfterAsync(Activity activity, HttpContext context)
    {
        await next(context);
        if (activity.IsAllDataRequested)
            Complete(activity, context);
    }

    private static void Complete(Activity activity, HttpContext context)
    {
        var failure = context.Features.Get<IExceptionHandlerFeature>();
        var route = (context.GetEndpoint() ?? failure?.Endpoint) as RouteEndpoint;
        var status = context.Response.StatusCode;

        activity.SetTag("http.response.status_code", status);
        activity.DisplayName = context.Request.Method;
        if (route?.RoutePattern.RawText is { } pattern)
        {
            pattern = pattern.StartsWith('/') ? pattern : "/" + pattern;
            activity.SetTag("http.route", pattern);
            activity.DisplayName = $"{context.Request.Method} {pattern}";
        }
        // What the client did wrong is no error of the server.
        if (status < 500)
            return;
        activity.SetStatus(ActivityStatusCode.Error);
        activity.SetTag("error.type", failure?.Error.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture));
        if (failure is not null)
            activity.AddException(failure.Error);
    }
}
