using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Identity.Accounts;
using Platform.Tests.Support;

namespace Platform.Tests.AppHost;

/// <summary>The genuine Aspire dashboard without a container engine, as somebody sees it who opens the link.</summary>
public sealed class DashboardTests(DashboardFixture stack) : IClassFixture<DashboardFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Every_resource_is_shown_with_its_state()
    {
        await stack.Page.GoToAsync(stack.Site);

        foreach (var resource in new[] { "postgres", "platform", "redis", "cosmos", "api", "analytics" })
            await stack.Page.UntilAsync(RowHas(resource, "Running"), $"{resource} is shown as running", Patience);
        await stack.Page.UntilAsync(RowHas("migrate", "Finished"), "the migration is shown as finished", Patience);
    }

    [Fact]
    public async Task What_a_service_writes_is_read_on_the_page_as_it_comes()
    {
        await stack.Page.GoToAsync(new Uri(stack.Site, "consolelogs/resource/api"));
        await stack.Page.UntilAsync(Shows("Now listening on"), "what was written before is shown", Patience);
        var number = Guid.CreateVersion7().ToString("N");

        stack.App.Services.GetRequiredService<ResourceLoggerService>().Write("api", $"written now: {number}", isError: false);

        await stack.Page.UntilAsync(Shows($"written now: {number}"), "what is written now is shown", Patience);
    }

    [Fact]
    public async Task A_service_is_restarted_from_the_page()
    {
        await stack.Page.GoToAsync(new Uri(stack.Site, "consolelogs/resource/analytics"));
        var before = ProcessId("analytics");

        // The page is drawn before it listens: a click that comes too early opens nothing.
        await stack.Page.UntilAsync(
            """
            (async () => {
                const isOpen = () => [...document.querySelectorAll('fluent-menu-item')].some(item => item.innerText.includes('Restart'));
                if (!isOpen()) document.querySelector('fluent-button[title="Resource actions"]').click();
                for (let i = 0; i < 50 && !isOpen(); i++) await new Promise(later => setTimeout(later, 100));
                return isOpen();
            })()
            """,
            "the menu of the resource is open",
            Patience);
        await stack.Page.EvaluateAsync<object>("[...document.querySelectorAll('fluent-menu-item')].find(item => item.innerText.includes('Restart')).click()");

        await stack.App.ResourceNotifications.WaitForResourceAsync("analytics", change => IdIn(change.Snapshot) is { } id && id != before, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await stack.App.ResourceNotifications.WaitForResourceHealthyAsync("analytics", TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists($"/proc/{before}"));
    }

    [Fact]
    public async Task One_trace_goes_through_the_Api_PostgreSQL_and_Analytics()
    {
        var page = stack.Page;
        var password = stack.App.Services.GetRequiredService<DistributedApplicationModel>().Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "admin-password");
        using var staff = new StackVisitor(stack.App, FirstAdministrator.UsualEmail, await password.GetValueAsync(TestContext.Current.CancellationToken));

        // Another one when it was not shown: what was sent while the dashboard was started again is gone.
        await Eventually.HoldsAsync(
            async () =>
            {
                using var activity = new Activity("a book is added").Start();
                activity.ActivityTraceFlags = ActivityTraceFlags.Recorded; // the client sends it along
                if (await staff.SendAsync(HttpMethod.Post, "/api/v1/books", new { title = "Middlemarch" }, TestContext.Current.CancellationToken) is null)
                    return false;
                var isShown = false;
                for (var look = 0; look < 8 && !isShown; look++)
                    isShown = await IsShownAsync(page, activity.TraceId);
                return isShown;
            },
            "the trace has spans of all three",
            Patience);
    }

    [Fact]
    public async Task A_dashboard_that_dies_is_started_again()
    {
        _ = stack.Page;
        var before = stack.Dashboard.ProcessId!.Value;

        using (var process = Process.GetProcessById(before))
            process.Kill();

        await Eventually.HoldsAsync(() => Task.FromResult(stack.Dashboard.ProcessId is { } id && id != before), "there is another process", Patience);
        using var client = new HttpClient { BaseAddress = stack.Site };
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    using var answer = await client.GetAsync(new Uri("health", UriKind.Relative), TestContext.Current.CancellationToken);
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "it answers",
            Patience);
    }

    private async Task<bool> IsShownAsync(BrowserPage page, ActivityTraceId trace)
    {
        await page.GoToAsync(new Uri(stack.Site, $"traces/detail/{trace}"));
        await page.UntilAsync("document.body.innerText.includes('Duration') || document.body.innerText.includes('not found')", "the trace is shown", Patience);
        // Of a long trace only those rows are drawn that are looked at, once the page was moved.
        return await page.EvaluateAsync<bool>(
            """
            (async () => {
                const grid = document.querySelector('.tracedetails-grid-container');
                if (!grid) return false;
                grid.scrollTop = 5;
                await new Promise(later => setTimeout(later, 1000));
                return ['api', 'postgres', 'analytics'].every(name => grid.innerText.split(/\s+/).includes(name));
            })()
            """);
    }

    private static string RowHas(string resource, string state) =>
        $"[...document.querySelectorAll('tr, fluent-data-grid-row, [role=row]')].some(row => row.innerText.split(/\\s+/).includes('{resource}') && row.innerText.includes('{state}'))";

    private static string Shows(string text) => $"document.body.innerText.includes('{text}')";

    private int ProcessId(string resource) =>
        stack.App.ResourceNotifications.TryGetCurrentState(resource, out var known) && IdIn(known.Snapshot) is { } id ? id : throw new InvalidOperationException($"{resource} does not run.");

    private static int? IdIn(CustomResourceSnapshot snapshot) =>
        snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int?;
}
