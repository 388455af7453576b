namespace Platform.Realtime.Subscriptions;

/// <summary>Somebody may not be told, or not so; the message is for them.</summary>
internal sealed class SubscriptionException(string message, int status = StatusCodes.Status400BadRequest, string field = "topic") : Exception(message)
{
    /// <summary>What HTTP calls it.</summary>
    internal int Status { get; } = status;

    /// <summary>Which parameter is meant.</summary>
    internal string Field { get; } = field;
}
