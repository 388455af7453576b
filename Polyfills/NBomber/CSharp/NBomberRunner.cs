using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.Engine;

namespace NBomber.CSharp;

/// <summary>Sets tests up and runs them.</summary>
public static class NBomberRunner
{
    private static readonly TimeSpan ShortestReportingInterval = TimeSpan.FromSeconds(5);

    /// <summary>Sets up a test of scenarios that run side by side.</summary>
    /// <param name="scenarios">The scenarios.</param>
    /// <returns>The test.</returns>
    public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios) => new(scenarios);

    /// <summary>Sets the suite's name.</summary>
    /// <param name="context">The test.</param>
    /// <param name="testSuite">The name.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithTestSuite(this NBomberContext context, string testSuite) => context.With(testSuite: testSuite);

    /// <summary>Sets the test's name.</summary>
    /// <param name="context">The test.</param>
    /// <param name="testName">The name.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithTestName(this NBomberContext context, string testName) => context.With(testName: testName);

    /// <summary>Sets the name of the reports' files, without extension.</summary>
    /// <param name="context">The test.</param>
    /// <param name="reportFileName">The name; <c>nbomber_report_</c> and the time by default.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithReportFileName(this NBomberContext context, string reportFileName) => context.With(reportFileName: reportFileName);

    /// <summary>Sets the folder that reports are written to.</summary>
    /// <param name="context">The test.</param>
    /// <param name="reportFolder">The folder; <c>./reports</c> by default.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithReportFolder(this NBomberContext context, string reportFolder) => context.With(reportFolder: reportFolder);

    /// <summary>Sets what reports are written as.</summary>
    /// <param name="context">The test.</param>
    /// <param name="reportFormats">The formats; all by default.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithReportFormats(this NBomberContext context, params ReportFormat[] reportFormats) => context.With(reportFormats: reportFormats);

    /// <summary>Writes no reports.</summary>
    /// <param name="context">The test.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithoutReports(this NBomberContext context) => context.With(reportFormats: []);

    /// <summary>Sets who takes the figures, each reporting interval and at the end.</summary>
    /// <param name="context">The test.</param>
    /// <param name="reportingSinks">The sinks; they are disposed of at the end.</param>
    /// <returns>The test with them.</returns>
    public static NBomberContext WithReportingSinks(this NBomberContext context, params IReportingSink[] reportingSinks) => context.With(sinks: reportingSinks);

    /// <summary>Sets how often thresholds are checked and sinks get figures.</summary>
    /// <param name="context">The test.</param>
    /// <param name="interval">How often; every 5 seconds by default and at most.</param>
    /// <returns>The test with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter than 5 seconds.</exception>
    public static NBomberContext WithReportingInterval(this NBomberContext context, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, ShortestReportingInterval);
        return context.With(reportingInterval: interval);
    }

    /// <summary>Sets how long the iterations that are under way at the end are waited for.</summary>
    /// <param name="context">The test.</param>
    /// <param name="timeout">How long; a minute by default.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext WithScenarioCompletionTimeout(this NBomberContext context, TimeSpan timeout) => context.With(completionTimeout: timeout);

    /// <summary>Sets whether figures are shown while the test runs.</summary>
    /// <param name="context">The test.</param>
    /// <param name="enable">True, the default: they are.</param>
    /// <returns>The test with it.</returns>
    public static NBomberContext DisplayConsoleMetrics(this NBomberContext context, bool enable) => context.With(consoleMetrics: enable);

    /// <summary>Runs the test.</summary>
    /// <param name="context">The test.</param>
    /// <returns>What it came to.</returns>
    /// <exception cref="InvalidOperationException">It is set up wrongly, or a scenario could not prepare.</exception>
    public static NodeStats Run(this NBomberContext context) => Task.Run(() => new Session(context).RunAsync()).GetAwaiter().GetResult();
}
