using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Platform.ServiceDefaults;

/// <summary>
/// Says which answer an exception is: the client's fault, a dependency that is away, or a fault of ours. It is the last to
/// be asked: a service's own <see cref="IExceptionHandler"/>s, which know more, come first.
/// </summary>
internal sealed partial class ExceptionAnswers(IProblemDetailsService problems, ILogger<ExceptionAnswers> logger)
{
    private const string QueryCanceled = "57014";

    public async Task AnswerAsync(HttpContext context)
    {
        var feature = context.Features.GetRequiredFeature<IExceptionHandlerFeature>();
        var exception = feature.Error;

        // Nobody waits for this answer any more; that a query was cut short for it is not an error.
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        var problem = Describe(exception, feature.Endpoint);
        context.Response.StatusCode = problem.Status!.Value;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            logger.DependencyUnavailable(context.Request.Method, context.Request.Path, Root(exception));
        else if (problem.Status >= 500)
            logger.RequestFailed(exception, context.Request.Method, context.Request.Path);
        await problems.TryWriteAsync(new() { HttpContext = context, ProblemDetails = problem, Exception = exception });
    }

    private static ProblemDetails Describe(Exception exception, Endpoint? endpoint)
    {
        if (exception is BadHttpRequestException bad)
            return BadRequest(bad, endpoint);
        if (IsUnavailability(exception))
            return new() { Status = StatusCodes.Status503ServiceUnavailable };
        return new()
        {
            Status = StatusCodes.Status500InternalServerError,
            Detail = "Something went wrong here. The traceId leads us to the cause.",
        };
    }

    // A driver wraps what happened on the network, EF Core wraps the driver: any link of the chain may say it.
    private static bool IsUnavailability([NotNullWhen(true)] Exception? exception) => exception switch
    {
        null => false,
        DbException { IsTransient: true } or DbException { SqlState: QueryCanceled } => true,
        RedisConnectionException or RedisTimeoutException or TimeoutException or HttpRequestException => true,
        // A connection that was closed under a driver between two uses of it, as when the wait for it is ended.
        ObjectDisposedException { ObjectName: "System.Net.Sockets.Socket" or "System.Net.Sockets.NetworkStream" } => true,
        _ => IsUnavailability(exception.InnerException),
    };

    private static string Root(Exception exception)
    {
        var root = exception.GetBaseException();
        return $"{root.GetType().Name}: {root.Message}";
    }

    private static ProblemDetails BadRequest(BadHttpRequestException exception, Endpoint? endpoint)
    {
        if (exception.InnerException is JsonException json)
        {
            var path = json.Path?.TrimStart('$').TrimStart('.');
            var where = string.IsNullOrEmpty(path) ? "body" : path;
            return Invalid(exception.StatusCode, where, UnknownMember().Match(json.Message) is { Success: true } unknown
                ? $"There is no field '{unknown.Groups["member"].Value}'."
                : $"This is not valid JSON or not of the type expected here{Position(json)}.");
        }
        if (NotBound().Match(exception.Message) is { Success: true } value)
        {
            var name = value.Groups["name"].Value;
            return Invalid(exception.StatusCode, name,
                $"'{value.Groups["value"].Value}' is not a valid {TypeName(value.Groups["type"].Value)}{AllowedRange(endpoint, name)}.");
        }
        if (NotGiven().Match(exception.Message) is { Success: true } missing)
            return Invalid(exception.StatusCode, missing.Groups["name"].Value, "A value is required.");
        if (NoBody().IsMatch(exception.Message))
            return Invalid(exception.StatusCode, "body", "A JSON body is required.");
        return new() { Status = exception.StatusCode };
    }

    private static HttpValidationProblemDetails Invalid(int status, string field, string message) =>
        new(new Dictionary<string, string[]> { [field] = [message] }) { Status = status };

    private static string Position(JsonException json) =>
        json.LineNumber is { } line ? FormattableString.Invariant($" (line {line + 1}, byte {json.BytePositionInLine + 1})") : "";

    private static string AllowedRange(Endpoint? endpoint, string parameter) =>
        endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>().FirstOrDefault(metadata => metadata.Name == parameter)
            ?.ParameterInfo.GetCustomAttributes(typeof(RangeAttribute), inherit: false) is [RangeAttribute range]
            ? FormattableString.Invariant($" from {range.Minimum} to {range.Maximum}")
            : "";

    private static string TypeName(string type) => type.TrimEnd('?') switch
    {
        "short" or "int" or "long" => "whole number",
        "float" or "double" or "decimal" => "number",
        "bool" => "truth value (true or false)",
        "Guid" => "id (a UUID)",
        "DateOnly" => "date (yyyy-mm-dd)",
        "DateTime" or "DateTimeOffset" => "time (ISO 8601)",
        _ => "value",
    };

    // The framework gives the field only in these sentences; a test holds each of them to the version in use.
    [GeneratedRegex("^Failed to bind parameter \"(?:Nullable<)?(?<type>[^ \">]+)>? (?<name>\\w+)\" from \"(?<value>.*)\"\\.$", RegexOptions.Singleline)]
    private static partial Regex NotBound();

    [GeneratedRegex("^Required parameter \"[^\"]*? (?<name>\\w+)\" was not provided from (?!body)")]
    private static partial Regex NotGiven();

    [GeneratedRegex("was not provided from body|Implicit body inferred for parameter")]
    private static partial Regex NoBody();

    [GeneratedRegex("^The JSON property '(?<member>[^']*)' could not be mapped")]
    private static partial Regex UnknownMember();
}
