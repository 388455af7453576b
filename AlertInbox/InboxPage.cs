using System.Globalization;
using System.Net;
using System.Text;

namespace Platform.AlertInbox;

/// <summary>The inbox for the eye: what fires now, and all that came in, the newest first.</summary>
internal static class InboxPage
{
    private const string Head = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta http-equiv="refresh" content="5">
        <title>Alerts</title>
        <style>
          body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color-scheme: light dark; }
          table { border-collapse: collapse; width: 100%; }
          th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; }
          .firing { color: #c4302b; } .resolved { color: #2e8540; }
          small { opacity: .7; }
        </style>
        <h1>Alerts</h1>

        """;

    /// <param name="received">The newest first.</param>
    public static string Render(IReadOnlyList<Received> received)
    {
        var page = new StringBuilder(Head);
        // The heartbeat fires for as long as alerts work: it would be in each list, and says nothing there.
        var told = received.Where(one => one.Receiver != "heartbeat").ToArray();
        var firing = told.DistinctBy(one => (one.Receiver, one.Alert.Fingerprint)).Count(one => one.Alert.Status == "firing");
        var heartbeat = received.FirstOrDefault(one => one.Receiver == "heartbeat");
        page.Append(CultureInfo.InvariantCulture, $"<p>{firing} firing. Last heartbeat: {(heartbeat is null ? "none yet" : $"{heartbeat.ReceivedAt:yyyy-MM-dd HH:mm:ss}Z")}.</p>\n");
        page.Append("<table>\n<tr><th>Received<th>To<th>Status<th>Alert<th>What it says\n");
        foreach (var one in told)
        {
            var (labels, annotations) = (one.Alert.Labels, one.Alert.Annotations);
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{one.ReceivedAt:HH:mm:ss}<td>{Text(one.Receiver)}<td class={(one.Alert.Status == "firing" ? "firing" : "resolved")}>{Text(one.Alert.Status)}")
                .Append(CultureInfo.InvariantCulture, $"<td>{Text(one.Alert.Name)}<br><small>{Text(string.Join(", ", labels.Where(label => label.Key != "alertname").Select(label => $"{label.Key}={label.Value}")))}</small>")
                .Append(CultureInfo.InvariantCulture, $"<td>{Text(one.Alert.Summary)}<br><small>{Text(annotations.GetValueOrDefault("description", ""))}<br><a href='{Text(annotations.GetValueOrDefault("runbook_url", ""))}'>Runbook</a></small>\n");
        }
        return page.Append("</table>\n</html>\n").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
