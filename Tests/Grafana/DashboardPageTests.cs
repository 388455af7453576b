using Aspire.Hosting.Testing;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>Opens every dashboard of the running stack in a browser.</summary>
public sealed class DashboardPageTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Every_panel_of_every_dashboard_is_drawn_with_data_in_a_browser()
    {
        var app = await stack.AppAsync();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("grafana", Ct).WaitAsync(Patience, Ct);
        var viewer = app.GetEndpoint("grafana", "http");

        using var browser = await Browser.OpenAsync(viewer);
        await using var page = await browser.PageAsync();
        await page.ResizeAsync(1400, 900);
        var undrawn = new List<string>();
        foreach (var dashboard in DashboardFile.All)
        {
            await page.GoToAsync(new Uri(viewer, $"/d/{dashboard.Uid}?from=now-5m&to=now&refresh=5s"));
            var expected = dashboard.Panels.Count;
            try
            {
                await page.UntilAsync($"document.querySelectorAll('.panel').length === {expected} && document.querySelectorAll('.panel[data-state=drawn]').length === {expected}", $"all panels of {dashboard.Uid} are drawn", Patience);
            }
            catch (Xunit.Sdk.XunitException)
            {
                undrawn.Add($"{dashboard.Uid}: " + await page.EvaluateAsync<string>("[...document.querySelectorAll('.panel:not([data-state=drawn])')].map(panel => `${panel.querySelector('h3')?.textContent} is ${panel.dataset.state}: ${panel.querySelector('.note')?.textContent}`).join('; ')"));
            }

            if (Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS") is { Length: > 0 } folder)
                await File.WriteAllBytesAsync(Path.Combine(folder, $"{dashboard.Name}.png"), await page.ScreenshotAsync(), Ct);
        }

        Assert.Empty(undrawn);
        Assert.Empty(page.Errors);
    }
}
