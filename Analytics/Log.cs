namespace Platform.Analytics;

/// <summary>All that the service says.</summary>
internal static partial class Log
{
    // Warning: nothing is lost, but what is asked of the event store is older than it should be.
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "Cosmos DB cannot take events now ({Cause}); they are kept in PostgreSQL until it can.")]
    internal static partial void StoreIsAway(this ILogger logger, string cause);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Information, Message = "Cosmos DB takes events again.")]
    internal static partial void StoreIsBack(this ILogger logger);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Error, Message = "Events of {Stream} are parked until somebody has looked: {Reason}")]
    internal static partial void StreamParked(this ILogger logger, string stream, string reason);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Error, Message = "The change stream cannot be taken into the event store: {Cause}")]
    internal static partial void IngestFailed(this ILogger logger, string cause);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Error, Message = "Changes from {From} to {To} are missing in the event store; rows as they are now follow. {Reason}")]
    internal static partial void EventsMissing(this ILogger logger, string from, string to, string reason);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Information, Message = "{Stream} goes on: {Count} parked events are in the event store.")]
    internal static partial void StreamReplayed(this ILogger logger, string stream, int count);

    [LoggerMessage(EventId = 5008, Level = LogLevel.Error, Message = "{Stream} stays parked: of its events {Count} are in the event store now, and the next one is refused: {Reason}")]
    internal static partial void ReplayRefused(this ILogger logger, string stream, int count, string reason);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Error, Message = "The message {Id} of {Prefix} is not as such messages are written; it is no event.")]
    internal static partial void MessageUnreadable(this ILogger logger, string prefix, string id);

    [LoggerMessage(EventId = 5010, Level = LogLevel.Error, Message = "Projections do not go on, and are tried again: {Cause}")]
    internal static partial void ProjectionsFailed(this ILogger logger, string cause);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Information, Message = "Projections are read from generation {Generation} on, built anew of {Events} events.")]
    internal static partial void ProjectionsRebuilt(this ILogger logger, int generation, long events);

    // Warning: the reader has the answer; the vector is kept when the next one is asked for.
    [LoggerMessage(EventId = 5201, Level = LogLevel.Warning, Message = "The vector of a reader cannot be kept now: Cosmos DB answered {Status}")]
    internal static partial void VectorNotKept(this ILogger logger, System.Net.HttpStatusCode status);

    [LoggerMessage(EventId = 5202, Level = LogLevel.Warning, Message = "{Path} answered 503: Cosmos DB {Cause}")]
    internal static partial void NotAnswered(this ILogger logger, string path, string cause);

    [LoggerMessage(EventId = 5101, Level = LogLevel.Information, Message = "Model {Version} is used: {Books} books learned from {Readers} readers; recall@20 {Recall:f3}, NDCG@10 {Ndcg:f3}, coverage@20 {Coverage:f3} on what was set aside.")]
    internal static partial void ModelPublished(this ILogger logger, string version, int books, int readers, double recall, double ndcg, double coverage);

    // Warning: what is used goes on, but it gets older, and the data are not what they were.
    [LoggerMessage(EventId = 5102, Level = LogLevel.Warning, Message = "Model {Version} is not used: its NDCG@10 is {Ndcg:f3}, that of what is popular {Popular:f3}, that of the model that is used {Used:f3}.")]
    internal static partial void ModelRefused(this ILogger logger, string version, double ndcg, double popular, double? used);

    [LoggerMessage(EventId = 5103, Level = LogLevel.Warning, Message = "Model {Version} cannot be stored now; it is tried again. {Cause}")]
    internal static partial void ModelNotStored(this ILogger logger, string version, string cause);

    [LoggerMessage(EventId = 5104, Level = LogLevel.Error, Message = "Training of a recommendation model failed; the one before is used. {Cause}")]
    internal static partial void TrainingFailed(this ILogger logger, string cause);

    // Warning: what was loaded before goes on.
    [LoggerMessage(EventId = 5105, Level = LogLevel.Warning, Message = "Model {Version} cannot be loaded now: {Cause}")]
    internal static partial void ModelNotLoaded(this ILogger logger, string version, string cause);

    // Error: what was asked for is not done until it is.
    [LoggerMessage(EventId = 5301, Level = LogLevel.Error, Message = "Those who asked to be forgotten cannot be forgotten now; it is tried again: {Cause}")]
    internal static partial void NotForgotten(this ILogger logger, string cause);

    [LoggerMessage(EventId = 5302, Level = LogLevel.Information, Message = "An account was forgotten: {Events} events, {Mentions} mentions, {Parked} parked, {Histories} histories, {Orders} orders, {Vectors} vectors.")]
    internal static partial void Forgotten(this ILogger logger, int events, int mentions, int parked, int histories, int orders, int vectors);
}
