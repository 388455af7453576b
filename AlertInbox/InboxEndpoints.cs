using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.AlertInbox;

/// <summary>Where Alertmanager posts, and what it posted: as JSON and as a page.</summary>
internal static class InboxEndpoints
{
    public static void MapInbox(this IEndpointRouteBuilder app)
    {
        app.MapPost("/alerts", Receive);
        app.MapGet("/alerts", (Inbox inbox, long after = 0) => TypedResults.Ok(inbox.After(after)));
        app.MapGet("/", (Inbox inbox) => TypedResults.Content(InboxPage.Render(inbox.After(0)), "text/html; charset=utf-8"));
    }

    private static NoContent Receive(Notification notification, Inbox inbox, TimeProvider clock, ILogger<Inbox> logger)
    {
        inbox.Add(notification, clock.GetUtcNow());
        foreach (var alert in notification.Alerts)
        {
            var (name, summary) = (alert.Name, alert.Summary);
            logger.AlertReceived(notification.Receiver, name, alert.Status, summary);
        }
        return TypedResults.NoContent();
    }
}
