using System.Diagnostics;
using NBomber.Contracts;
using NBomber.Engine;

namespace NBomber.CSharp;

/// <summary>A part of an iteration that is measured by itself.</summary>
public static class Step
{
    /// <summary>Runs and measures a step.</summary>
    /// <typeparam name="T">What its response carries.</typeparam>
    /// <param name="name">The step's name.</param>
    /// <param name="context">The iteration's context.</param>
    /// <param name="run">The step.</param>
    /// <returns>Its response. A step that throws has failed. After a failure the iteration ends here, unless
    /// <see cref="Scenario.WithRestartIterationOnFail"/> says otherwise.</returns>
    public static async Task<Response<T>> Run<T>(string name, IScenarioContext context, Func<Task<Response<T>>> run)
    {
        var scenario = ((ScenarioContext)context).ScenarioRun;
        var started = Stopwatch.GetTimestamp();
        Response<T> response;
        try
        {
            response = await run() ?? throw new InvalidOperationException("The step returned no response.");
        }
#pragma warning disable CA1031 // Whatever a step throws is what became of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (exception is OperationCanceledException && context.ScenarioCancellationToken.IsCancellationRequested)
                throw;
            response = Failure.Of<T>(exception);
        }

        scenario.Recorder.RecordStep(name, Stopwatch.GetElapsedTime(started), response);
        return response.IsError && scenario.Scenario.RestartIterationOnFail ? throw new StepFailedException(name, response) : response;
    }
}
