using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;

namespace Platform.Api.Http;

/// <summary>
/// Says which field of a request could not be read, and what is allowed there. The framework throws for those before a
/// handler runs; its exception holds the parameter's name in the message only (a test fails if that ever changes).
/// </summary>
internal sealed partial class BadRequestProblems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return false;
        }

        httpContext.Response.StatusCode = bad.StatusCode;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = Describe(bad, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint),
        });
    }

    private static HttpValidationProblemDetails Describe(BadHttpRequestException bad, Endpoint? endpoint)
    {
        var errors = new FieldErrors();
        string? detail = null;
        if (bad.InnerException is JsonException json)
        {
            var field = Field(json);
            errors.Add(field, field == "body"
                ? $"The body is not well-formed JSON (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})."
                : UnknownProperty().IsMatch(json.Message)
                    ? $"{field} is not a known field."
                    : $"{field} must be of the type that the API description says.");
        }
        else if (Parameter().Match(bad.Message) is { Success: true } parameter)
        {
            var name = parameter.Groups["name"].Value;
            var metadata = endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>().FirstOrDefault(p => p.Name == name);
            var inBody = parameter.Groups["source"].Value.EndsWith("body", StringComparison.Ordinal);
            errors.Add(inBody ? "body" : name, inBody ? "A JSON body is required." : $"{name} must be {Allowed(metadata)}.");
        }
        else
        {
            detail = bad.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => "The body is larger than 1 MiB (1,048,576 bytes).",
                StatusCodes.Status415UnsupportedMediaType => "Send JSON, with Content-Type: application/json.",
                _ => "The request could not be read.",
            };
            errors.Add("body", detail);
        }

        return new HttpValidationProblemDetails(errors.ToDictionary())
        {
            Status = bad.StatusCode,
            Title = bad.StatusCode == StatusCodes.Status400BadRequest ? "The request is not valid." : null,
            Detail = detail,
        };
    }

    // The path is that of the reader's place: "$.identifiers.isbn13", or "$" for the whole.
    private static string Field(JsonException json)
    {
        var unknown = UnknownProperty().Match(json.Message);
        var path = json.Path is { Length: > 2 } p ? p[2..] : "";
        if (!unknown.Success)
        {
            // Text that is not JSON at all is nobody's field, even when the reader has got into one.
            return path.Length == 0 || json.InnerException is JsonException ? "body" : path;
        }

        var name = unknown.Groups["name"].Value;
        return path.Length == 0 || path == name || path.EndsWith($".{name}", StringComparison.Ordinal) ? (path.Length == 0 ? name : path) : $"{path}.{name}";
    }

    private static string Allowed(IParameterBindingMetadata? metadata)
    {
        var type = metadata?.ParameterInfo.ParameterType;
        type = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Guid))
        {
            return "a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057";
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return metadata!.ParameterInfo.GetCustomAttributes(typeof(RangeAttribute), false) is [RangeAttribute range]
                ? $"a whole number from {range.Minimum} to {range.Maximum}"
                : "a whole number";
        }

        return type?.GetCustomAttributes(typeof(System.ComponentModel.DescriptionAttribute), false) is [System.ComponentModel.DescriptionAttribute description]
            ? description.Description
            : "of the type that the API description says";
    }

    [GeneratedRegex("""^(Failed to bind parameter|Required parameter) ".+ (?<name>\w+)" (was not provided )?from (?<source>.*)\.$""", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();

    [GeneratedRegex("^The JSON property '(?<name>.*?)' could not be mapped", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex UnknownProperty();
}
