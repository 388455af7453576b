using Microsoft.Extensions.Configuration;
using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;

namespace NBomber.Contracts;

/// <summary>Takes figures while a test runs and at its end, and keeps them elsewhere.</summary>
public interface IReportingSink : IDisposable
{
    /// <summary>The sink's name.</summary>
    string SinkName { get; }

    /// <summary>Prepares the sink.</summary>
    /// <param name="context">The test.</param>
    /// <param name="infraConfig">Its settings; here always empty.</param>
    /// <returns>A task that ends when it is ready.</returns>
    Task Init(IBaseContext context, IConfiguration infraConfig);

    /// <summary>The measurement begins.</summary>
    /// <param name="sessionInfo">The scenarios.</param>
    /// <returns>A task that ends when it may.</returns>
    Task Start(SessionStartInfo sessionInfo);

    /// <summary>Takes the figures of the last reporting interval alone.</summary>
    /// <param name="stats">Of each scenario that runs.</param>
    /// <returns>A task that ends when they are kept.</returns>
    Task SaveRealtimeStats(ScenarioStats[] stats);

    /// <summary>Takes the figures of metrics of one's own; here never called.</summary>
    /// <param name="metrics">The figures.</param>
    /// <returns>A task that ends when they are kept.</returns>
    Task SaveRealtimeMetrics(MetricStats metrics);

    /// <summary>Takes the figures of the whole test.</summary>
    /// <param name="stats">The figures.</param>
    /// <returns>A task that ends when they are kept.</returns>
    Task SaveFinalStats(NodeStats stats);

    /// <summary>The test is over.</summary>
    /// <returns>A task that ends when the sink has.</returns>
    Task Stop();
}
