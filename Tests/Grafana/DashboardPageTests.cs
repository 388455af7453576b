using System.Text.Json;
using Aspire.Hosting.Testing;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>Opens every dashboard of the running stack in a browser.</summary>
public sealed class DashboardPageTests(Stack stack)
{
    private const int Width = 1400;
    private const int Height = 900;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    // A model has to be learned first, and some expressions look back on minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // What is drawn: curves have a colour, their grid has none; everything else says its numbers in text.
    private const string Drawn = """
        [...document.querySelectorAll('.panel')].map(panel => {
          const canvas = panel.querySelector('canvas');
          const pixels = canvas ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data : [];
          let coloured = 0;
          for (let at = 0; at < pixels.length; at += 4)
            if (pixels[at + 3] > 100 && Math.max(pixels[at], pixels[at + 1], pixels[at + 2]) - Math.min(pixels[at], pixels[at + 1], pixels[at + 2]) > 60) coloured++;
          return { title: panel.innerText.split('\n')[0], type: panel.dataset.type, state: panel.dataset.state, note: panel.querySelector('.note')?.innerText ?? '', isSeen: canvas ? coloured > 10 : panel.innerText.trim().length > 0 };
        }).filter(panel => panel.state !== 'drawn' || !panel.isSeen)
        """;

    [Fact]
    public async Task Every_panel_of_every_dashboard_is_drawn_with_data_in_a_browser()
    {
        var app = await stack.AppAsync();
        await using var traffic = await StackTraffic.StartAsync(app);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("grafana", Ct).WaitAsync(Patience, Ct);
        var viewer = app.GetEndpoint("grafana", "http");
        using var browser = await Browser.OpenAsync(viewer);
        await using var page = await browser.PageAsync();
        await page.ResizeAsync(Width, Height);

        var undrawn = new List<string>();
        foreach (var dashboard in DashboardFile.All)
        {
            await page.GoToAsync(new Uri(viewer, $"/d/{dashboard.Uid}?from=now-5m&to=now&refresh=5s"));
            var left = "not opened";
            try
            {
                await Eventually.HoldsAsync(async () => (left = await LeftAsync(page, dashboard)) == "[]", $"all panels of {dashboard.Uid} are drawn", Patience);
            }
            catch (Xunit.Sdk.XunitException)
            {
                undrawn.Add($"{dashboard.Uid}: {left}");
            }

            await PhotographAsync(page, dashboard);
        }

        Assert.True(undrawn.Count == 0, string.Join('\n', undrawn));
        Assert.Empty(page.Errors);
    }

    // As JSON, what is not yet drawn of a dashboard.
    private static async Task<string> LeftAsync(BrowserPage page, DashboardFile dashboard)
    {
        var isOpen = $"location.pathname === '/d/{dashboard.Uid}' && document.querySelectorAll('.panel').length === {dashboard.Panels.Count}";
        try
        {
            return (await page.EvaluateAsync<JsonElement>($"{isOpen} ? {Drawn} : 'not opened'")).GetRawText();
        }
        catch (InvalidOperationException)
        {
            return "being loaded";
        }
    }

    // The pictures in docs/dashboards: set DASHBOARD_SCREENSHOTS to that folder to take them anew.
    private static async Task PhotographAsync(BrowserPage page, DashboardFile dashboard)
    {
        if (Environment.GetEnvironmentVariable("DASHBOARD_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        await page.ResizeAsync(Width, await page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{dashboard.Name}.png"), await page.ScreenshotAsync(), Ct);
        await page.ResizeAsync(Width, Height);
    }
}
