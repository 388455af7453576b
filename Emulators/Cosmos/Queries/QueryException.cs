namespace Platform.Emulators.Cosmos.Queries;

/// <summary>A query that is not one.</summary>
/// <param name="code">The code the service has for it, such as <c>SC1001</c>.</param>
/// <param name="message">What is wrong, in the service's words where they are known.</param>
/// <param name="start">Where it begins in the text.</param>
/// <param name="end">Where it ends.</param>
internal sealed class QueryException(string code, string message, int start, int end) : Exception(message)
{
    internal string Code { get; } = code;

    internal int Start { get; } = start;

    internal int End { get; } = end;
}
