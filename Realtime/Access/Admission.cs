using System.Globalization;
using System.Net;
using Platform.ServiceDefaults.Tokens;

namespace Platform.Realtime.Access;

/// <summary>Lets connections in: strangers, and whoever has a good access token, so many of each.</summary>
/// <remarks>
/// A browser cannot send headers with a WebSocket or an EventSource, so the token may also come as <c>access_token</c> in the
/// query. A token that is not good is refused: to whom it belongs must not be taken for a stranger.
/// </remarks>
internal sealed class Admission(RequestDelegate next, PublishedKeys keys, ConnectionLimits limits, RealtimeTelemetry telemetry, TimeProvider clock, IProblemDetailsService problems)
{
    private const string Scheme = "Bearer ";

    /// <summary>Marks the endpoints that it stands before.</summary>
    internal static readonly object Required = new Mark();

    private sealed class Mark;

    /// <summary>Who sends a request; null for a stranger.</summary>
    internal static Credentials? Of(HttpContext context) => context.Features.Get<Credentials>();

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Mark>() is null)
        {
            await next(context);
            return;
        }

        if (await RefuseTokenAsync(context) is var (status, detail))
        {
            telemetry.Refused("token");
            if (status == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"platform\", error=\"invalid_token\", error_description=\"{detail}\"";
            }

            await AnswerAsync(context, status, detail);
            return;
        }

        // What SignalR asks before it connects is no connection.
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await next(context);
            return;
        }

        var (address, user) = (context.Connection.RemoteIpAddress ?? IPAddress.None, Of(context)?.Token.UserId);
        if (limits.TryEnter(address, user) is { } tooMany)
        {
            telemetry.Refused(tooMany);
            context.Response.Headers.RetryAfter = 10.ToString(CultureInfo.InvariantCulture);
            await AnswerAsync(context, StatusCodes.Status429TooManyRequests, $"There are too many connections of your {(tooMany == "user" ? "account" : "address")}.");
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            limits.Leave(address, user);
        }
    }

    private async ValueTask<(int Status, string Detail)?> RefuseTokenAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        var query = context.Request.Query["access_token"];
        if (header.Count + query.Count == 0)
        {
            return null;
        }

        var text = header is [{ } credentials] && query.Count == 0 && credentials.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? credentials[Scheme.Length..].Trim(' ')
            : header.Count == 0 && query is [{ } parameter] ? parameter
            : null;
        if (text is null)
        {
            // Of two, nobody could say which counts.
            return (StatusCodes.Status401Unauthorized, "Send one access token, as Authorization: Bearer or as access_token.");
        }

        try
        {
            var (token, refusal) = await AccessToken.VerifyAsync(text, id => keys.FindAsync(id, context.RequestAborted), clock.GetUtcNow());
            context.Features.Set(token is null ? null : new Credentials(token, text));
            return token is null ? (StatusCodes.Status401Unauthorized, refusal!) : null;
        }
        catch (HttpRequestException)
        {
            return (StatusCodes.Status503ServiceUnavailable, "Tokens cannot be verified at the moment: try again.");
        }
    }

    private async Task AnswerAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = { Status = status, Detail = detail } });
    }
}
