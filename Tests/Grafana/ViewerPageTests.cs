using System.Text.Json.Nodes;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>What the viewer's page makes of a dashboard and of answers that are known.</summary>
public sealed class ViewerPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Each_kind_of_panel_says_what_prometheus_answered()
    {
        await using var prometheus = await FixedPrometheus.StartAsync(new()
        {
            ["""rate(x{instance=~"(a\\.b|c)"}[20s])"""] = [(new() { ["who"] = "<img src=x onerror=document.title='broken'>" }, [0.002, 0.25])],
            ["share"] = [([], [0.5, 0.95])],
            ["up"] = [([], [0])],
            ["bytes"] = [([], [2048])],
            ["bars"] = [(new() { ["who"] = "one" }, [1500]), (new() { ["who"] = "two" }, [3])],
            ["first"] = [(new() { ["who"] = "one" }, [7]), (new() { ["who"] = "two" }, [8])],
            ["second"] = [(new() { ["who"] = "two" }, [0.004]), (new() { ["who"] = "one" }, [90])],
            ["nothing"] = [],
        });
        await using var viewer = await ViewerProcess.StartAsync(SampleFolder, prometheus.Address);
        using var browser = await Browser.OpenAsync(new Uri(viewer.Address, "/d/sample"));
        await using var page = await browser.PageAsync();

        await page.UntilAsync("document.querySelector('#board').dataset.rounds > 0", "the dashboard is drawn", Patience);

        var said = (await page.EvaluateAsync<JsonObject>("Object.fromEntries([...document.querySelectorAll('.panel')].map(panel => [panel.dataset.panel, panel.dataset.state + ' ' + panel.textContent.replaceAll(/\\s+/g, ' ')]))"))!;
        Assert.Equal("drawn CurvesNameMax<img src=x onerror=document.title='broken'>250 ms", said["1"]!.GetValue<string>());
        Assert.Equal("drawn Share95 %", Narrowed(said["2"]));
        Assert.Equal("drawn Statedown", Narrowed(said["3"]));
        Assert.Equal("drawn Dial2 KiB", Narrowed(said["4"]));
        Assert.Equal("drawn Barsone1.50 K req/stwo3 req/s", Narrowed(said["5"]));
        Assert.Equal("drawn RowsWhoCountTimeone71.50 mintwo84 ms", Narrowed(said["6"]));
        Assert.Equal("drawn WordsA link, no link and <b>code</b>", Narrowed(said["7"]));
        Assert.Equal("empty NothingNo data", Narrowed(said["8"]));
        Assert.Equal("failed Wrongno such expression", Narrowed(said["9"]));
        Assert.Equal("Sample", await page.EvaluateAsync<string>("document.title"));
        Assert.Equal("rgb(255, 0, 0)", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('[data-panel=\"2\"] .stat')).color"));
        Assert.Equal(["http://traces.example/traces", $"{viewer.Address}d/sample"], (await page.EvaluateAsync<string[]>("[...document.querySelectorAll('#bar a, .text a')].map(link => link.href)"))!);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_variable_that_is_chosen_is_in_the_questions_and_in_the_address()
    {
        await using var prometheus = await FixedPrometheus.StartAsync([]);
        await using var viewer = await ViewerProcess.StartAsync(SampleFolder, prometheus.Address);
        using var browser = await Browser.OpenAsync(new Uri(viewer.Address, "/d/sample"));
        await using var page = await browser.PageAsync();
        await page.UntilAsync("document.querySelector('#board').dataset.rounds > 0", "the dashboard is drawn", Patience);

        await page.EvaluateAsync<bool>("(() => { const select = document.querySelector('#bar label select'); select.value = 'c'; return select.dispatchEvent(new Event('change')); })()");

        await Eventually.HoldsAsync(() => Task.FromResult(prometheus.Asked.Contains("""api/v1/query_range rate(x{instance=~"c"}[20s])""")), "it is asked for c", Patience);
        Assert.Contains("var-instance=c", await page.EvaluateAsync<string>("location.search"), StringComparison.Ordinal);
    }

    private static string SampleFolder => Path.Combine(AppContext.BaseDirectory, "Grafana");

    private static string Narrowed(JsonNode? said) => said!.GetValue<string>().Trim();
}
