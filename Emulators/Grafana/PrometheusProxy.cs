using System.Net.Mime;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.Emulators.Grafana;

/// <summary>Passes questions on to Prometheus: those that read, and no others.</summary>
internal sealed partial class PrometheusProxy(HttpClient prometheus)
{
    /// <summary>Answers as Prometheus does, with its status; 502 in its form when it cannot be reached.</summary>
    public async Task ForwardAsync(string path, HttpContext context)
    {
        if (!Readable().IsMatch(path))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "bad_data", "The viewer passes on queries and labels only.");
            return;
        }

        using var question = new HttpRequestMessage(new HttpMethod(context.Request.Method), path + context.Request.QueryString);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            question.Content = new StreamContent(context.Request.Body);
            question.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        try
        {
            using var answer = await prometheus.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (HttpRequestException e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status502BadGateway, "unavailable", $"Prometheus cannot be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The page was closed, or asks again.
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string kind, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return JsonSerializer.SerializeAsync(context.Response.Body, new { status = "error", errorType = kind, error = why }, cancellationToken: context.RequestAborted);
    }

    [GeneratedRegex(@"^api/v1/(query|query_range|query_exemplars|series|labels|label/\w+/values)$")]
    private static partial Regex Readable();
}
