using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>A test as it is set up; the extensions of <see cref="NBomber.CSharp.NBomberRunner"/> return changed copies of it.</summary>
public sealed class NBomberContext
{
    internal NBomberContext(IReadOnlyList<ScenarioProps> scenarios) => Scenarios = scenarios;

    internal IReadOnlyList<ScenarioProps> Scenarios { get; }

    internal string TestSuite { get; private init; } = "nbomber_default_test_suite_name";

    internal string TestName { get; private init; } = "nbomber_default_test_name";

    internal string ReportFolder { get; private init; } = "./reports";

    internal string? ReportFileName { get; private init; }

    internal IReadOnlyList<ReportFormat> ReportFormats { get; private init; } = [ReportFormat.Txt, ReportFormat.Html, ReportFormat.Csv, ReportFormat.Md];

    internal TimeSpan ReportingInterval { get; private init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan CompletionTimeout { get; private init; } = TimeSpan.FromMinutes(1);

    internal bool ConsoleMetrics { get; private init; } = true;

    internal IReadOnlyList<IReportingSink> Sinks { get; private init; } = [];

    /// <summary>How an iteration that is due begins: on a thread of the pool. Tests hold them back, as a busy pool would.</summary>
    internal Action<IThreadPoolWorkItem> Begin { get; private init; } = static iteration => ThreadPool.UnsafeQueueUserWorkItem(iteration, preferLocal: false);

    internal NBomberContext With(
        string? testSuite = null,
        string? testName = null,
        string? reportFolder = null,
        string? reportFileName = null,
        IReadOnlyList<ReportFormat>? reportFormats = null,
        TimeSpan? reportingInterval = null,
        TimeSpan? completionTimeout = null,
        bool? consoleMetrics = null,
        IReadOnlyList<IReportingSink>? sinks = null,
        Action<IThreadPoolWorkItem>? begin = null) => new(Scenarios)
        {
            TestSuite = testSuite ?? TestSuite,
            TestName = testName ?? TestName,
            ReportFolder = reportFolder ?? ReportFolder,
            ReportFileName = reportFileName ?? ReportFileName,
            ReportFormats = reportFormats ?? ReportFormats,
            ReportingInterval = reportingInterval ?? ReportingInterval,
            CompletionTimeout = completionTimeout ?? CompletionTimeout,
            ConsoleMetrics = consoleMetrics ?? ConsoleMetrics,
            Sinks = sinks ?? Sinks,
            Begin = begin ?? Begin,
        };
}
