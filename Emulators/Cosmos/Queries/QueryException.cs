namespace Platform.Emulators.Cosmos.Queries;

/// <summary>A query that is not one, or asks for what is not done here.</summary>
/// <param name="code">The code the service has for it, such as <c>SC1001</c>.</param>
/// <param name="message">What is wrong, in the service's words where they are known.</param>
/// <param name="start">Where it begins in the text.</param>
/// <param name="end">Where it ends.</param>
internal sealed class QueryException(string code, string message, int start, int end) : Exception(message)
{
    internal string Code { get; } = code;

    internal int Start { get; } = start;

    internal int End { get; } = end;

    /// <summary>A query of the language that is not answered here.</summary>
    internal static QueryException NotDone(string what, Token at) => new(NotDoneCode, $"{what} is not done by this emulator.", at.Start, at.End);

    internal const string NotDoneCode = "501";
}
