using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.Api.Http;

/// <summary>The error answers of the API: RFC 9457 problems, with the offending fields under <c>errors</c>.</summary>
internal static class Problems
{
    /// <summary>400: what was sent cannot be right, whatever is stored.</summary>
    internal static ProblemHttpResult Invalid(FieldErrors errors) =>
        WithFields(StatusCodes.Status400BadRequest, "The request is not valid.", errors);

    /// <summary>400 for one field.</summary>
    internal static ProblemHttpResult Invalid(string field, string message) => Invalid(new FieldErrors { { field, message } });

    /// <summary>409: what was sent does not fit what is stored.</summary>
    internal static ProblemHttpResult Conflict(string field, string message) => Conflict(new FieldErrors { { field, message } });

    /// <inheritdoc cref="Conflict(string, string)" />
    /// <param name="errors">What does not fit.</param>
    /// <param name="extensions">What a program needs to know of it.</param>
    internal static ProblemHttpResult Conflict(FieldErrors errors, IDictionary<string, object?>? extensions = null) =>
        WithFields(StatusCodes.Status409Conflict, "The request conflicts with what is stored.", errors, extensions);

    /// <summary>409: the thing is in use.</summary>
    internal static ProblemHttpResult InUse(string detail) =>
        TypedResults.Problem(detail, title: "It is still in use.", statusCode: StatusCodes.Status409Conflict);

    /// <summary>404, the same for a thing that never was and one that was deleted.</summary>
    internal static ProblemHttpResult NotFound(string what) =>
        TypedResults.Problem($"There is no such {what}.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult WithFields(int status, string title, FieldErrors errors, IDictionary<string, object?>? extensions = null) =>
        TypedResults.Problem(new HttpValidationProblemDetails(errors.ToDictionary())
        {
            Status = status, Title = title, Extensions = extensions ?? new Dictionary<string, object?>(),
        });
}
