namespace Platform.Emulators.Cosmos.Storage;

/// <summary>What a request is answered that is not done.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">What the service calls it, such as <c>NotFound</c>.</param>
/// <param name="message">Why, in a sentence.</param>
/// <param name="subStatus">The service's more exact status, where clients look at it; otherwise 0.</param>
internal sealed class CosmosException(int status, string code, string message, int subStatus = 0) : Exception(message)
{
    internal int Status => status;

    internal int SubStatus => subStatus;

    internal string Code => code;

    internal static CosmosException BadRequest(string message, int subStatus = 0) => new(400, "BadRequest", message, subStatus);

    internal static CosmosException Unauthorized(string message) => new(401, "Unauthorized", message);

    internal static CosmosException NotFound(string message, int subStatus = 0) => new(404, "NotFound", message, subStatus);

    internal static CosmosException Conflict(string message) => new(409, "Conflict", message);

    internal static CosmosException PreconditionFailed(string message) => new(412, "PreconditionFailed", message);

    internal static CosmosException TooLarge(string message) => new(413, "RequestEntityTooLarge", message);

    internal static CosmosException NotImplemented(string message) => new(501, "NotImplemented", message);
}
