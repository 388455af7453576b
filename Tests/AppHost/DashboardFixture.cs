using Aspire.Hosting;
using Aspire.Hosting.Engineless.Dashboard;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Tests.Support;

namespace Platform.Tests.AppHost;

/// <summary>A stack that has the genuine dashboard, and a browser that has logged in there by the link.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    // They have tests of their own, and none of them is waited for.
    private static readonly string[] Left = ["prometheus", "alertmanager", "alert-inbox", "grafana", "postgres-exporter", "redis-exporter", "realtime", "realtime-2"];

    private IDistributedApplicationTestingBuilder? _builder;
    private Browser? _browser;
    private BrowserPage? _page;
    private string? _obstacle;

    internal DistributedApplication App { get; private set; } = null!;

    internal DashboardSupervisor Dashboard => App.Services.GetRequiredService<DashboardSupervisor>();

    /// <summary>Where the dashboard is.</summary>
    internal Uri Site { get; private set; } = null!;

    /// <summary>The page; skips the calling test where the dashboard cannot be had.</summary>
    internal BrowserPage Page
    {
        get
        {
            Assert.SkipWhen(_obstacle is not null, $"there is no dashboard here: {_obstacle}");
            return _page!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([], (options, _) => options.DisableDashboard = false, TestContext.Current.CancellationToken);
        foreach (var resource in _builder.Resources.Where(resource => Left.Contains(resource.Name)).ToArray())
            _builder.Resources.Remove(resource);
        App = await _builder.BuildAsync(TestContext.Current.CancellationToken);
        _obstacle = App.Services.GetRequiredService<DashboardPackage>().Obstacle;
        if (_obstacle is not null)
            return;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        await App.StartAsync(patience.Token);
        var login = await Dashboard.Login.WaitAsync(patience.Token);
        Site = new Uri(login, "/");
        foreach (var service in new[] { "api", "analytics" })
            await App.ResourceNotifications.WaitForResourceHealthyAsync(service, patience.Token);
        _browser = await Browser.OpenAsync(login);
        _page = await _browser.PageAsync();
        await _page.ResizeAsync(1600, 2400);
        // The link sets a cookie and leads on; who goes elsewhere before it has is a stranger there.
        await _page.UntilAsync("location.port !== '' && !location.pathname.startsWith('/login') && document.readyState === 'complete'", "the link has logged in", TimeSpan.FromMinutes(5));
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.DisposeAsync();
        _browser?.Dispose();
        if (_builder is not null)
            await _builder.DisposeAsync();
    }
}
