using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.AlertInbox;

/// <summary>Where Alertmanager posts, and what it posted: as JSON and as a page.</summary>
internal static class InboxEndpoints
{
    public static void MapInbox(this IEndpointRouteBuilder app)
    {
        app.MapPost("/alerts", Receive);
        app.MapGet("/alerts", (Inbox inbox, long after = 0) => TypedResults.Ok(inbox.After(after)));
        app.MapGet("/docs/runbooks/{alert:alpha}.md", Runbook);
        app.MapGet("/", (Inbox inbox) => TypedResults.Content(InboxPage.Render(inbox.After(0)), "text/html; charset=utf-8"));
    }

    // A name of letters alone cannot lead elsewhere.
    private static Results<PhysicalFileHttpResult, NotFound> Runbook(string alert)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "docs", "runbooks", $"{alert}.md");
        return File.Exists(path) ? TypedResults.PhysicalFile(path, "text/plain; charset=utf-8") : TypedResults.NotFound();
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
