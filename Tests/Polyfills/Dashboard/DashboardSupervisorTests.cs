using System.Runtime.Versioning;
using Aspire.Hosting;
using Aspire.Hosting.Engineless.Dashboard;
using Aspire.Hosting.Engineless.Provisioning;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Tests.Support;

namespace Platform.Tests.Polyfills.Dashboard;

/// <summary>What becomes of a stack whose dashboard is refused, cannot be had, or does not stay.</summary>
[SupportedOSPlatform("linux")]
public sealed class DashboardSupervisorTests : IDisposable
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ProvisioningFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, "There is no dashboard: --no-dashboard was given.")]
    [InlineData(false, "There is no dashboard: npm, by which it is fetched, is not on the PATH.")]
    public async Task Without_a_dashboard_the_stack_runs_and_one_sentence_says_so(bool isRefused, string sentence)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var said = Say(builder, _folder.Machine with { SearchPath = "" }, isRefused);
        builder.AddExecutable("service", "sh", Path.GetTempPath(), "-c", "sleep 600");
        await using var app = await StartAsync(builder, said);

        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Ct).WaitAsync(Patience, Ct);

        Assert.Equal([sentence], said);
        Assert.Null(builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);
    }

    [Fact]
    public async Task A_dashboard_that_ends_is_started_again_but_not_for_ever()
    {
        var program = Path.Combine(_folder.Machine.CacheFolder, "dashboard", "tool@1.0.0", "aspire-managed");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho \"key ${#DASHBOARD__OTLP__PRIMARYAPIKEY}, $1\"\nexit 134\n", Ct);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var said = Say(builder, _folder.Machine, isRefused: false);
        await using var app = await StartAsync(builder, said);

        await Eventually.HoldsAsync(() => Task.FromResult(said.Count == 5), "it has given up", Patience);

        Assert.All(said.Take(4), sentence => Assert.Equal("The dashboard ended (exit code 134) and is started again.", sentence));
        Assert.Equal("There is no dashboard: it ended 5 times in a row, at last with exit code 134: key 32, dashboard key 32, dashboard key 32, dashboard.", said[4]);
    }

    private static List<string> Say(IDistributedApplicationTestingBuilder builder, Machine machine, bool isRefused)
    {
        builder.Services.AddSingleton(new DashboardSwitch(IsOn: true, isRefused));
        builder.Services.AddSingleton(new DashboardPackage(machine, "@example/tool@1.0.0", ""));
        return [];
    }

    private static async Task<DistributedApplication> StartAsync(IDistributedApplicationTestingBuilder builder, List<string> said)
    {
        var app = await builder.BuildAsync(Ct);
        app.Services.GetRequiredService<DashboardSupervisor>().Said += said.Add;
        await app.StartAsync(Ct);
        return app;
    }
}
