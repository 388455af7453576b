using NBomber.Contracts;
using NBomber.CSharp;

namespace Platform.LoadTests.Http;

/// <summary>The same requests over the same connections as <c>load http</c>, begun and measured by NBomber.</summary>
internal static class NBomberLoad
{
    private const string Name = "bare";

    /// <returns>Requests a second, each of which was answered.</returns>
    internal static double Measure(IReadOnlyList<HttpConnection> connections, byte[][] requests, TimeSpan during)
    {
        var scenario = Scenario.Create(Name, async context =>
            {
                var copy = context.ScenarioInfo.InstanceNumber;
                await connections[copy].AskAsync(requests[copy % requests.Length]);
                return Response.Ok();
            })
            .WithWarmUpDuration(during / 3)
            .WithLoadSimulations(Simulation.KeepConstant(connections.Count, during));

        var stats = NBomberRunner.RegisterScenarios(scenario).WithoutReports().DisplayConsoleMetrics(false).Run().ScenarioStats.Get(Name);
        return stats.Fail.Request.Count == 0 ? stats.Ok.Request.RPS : throw new InvalidOperationException($"{stats.Fail.Request.Count} requests failed: {stats.Fail.StatusCodes[0].Message}");
    }
}
