using NBomber.Contracts;

namespace NBomber.Engine;

/// <summary>The responses of what did not return one.</summary>
internal static class Failure
{
    private const string TimeoutStatus = "-100";
    private const string ExceptionStatus = "-101";
    private const string TimeoutMessage = "operation timeout";

    internal static Response<T> Timeout<T>() => new(TimeoutStatus, true, 0, 0, TimeoutMessage, null);

    internal static Response<T> Of<T>(Exception exception) =>
        exception is OperationCanceledException ? Timeout<T>() : new(ExceptionStatus, true, 0, 0, exception.Message, null);
}
