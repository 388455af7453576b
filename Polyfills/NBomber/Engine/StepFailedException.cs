using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>Ends an iteration whose step failed.</summary>
internal sealed class StepFailedException(string step, IResponse response) : Exception($"Step '{step}' failed: {response.Message}")
{
    internal IResponse Response => response;
}
