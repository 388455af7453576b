using Microsoft.FSharp.Core;

namespace NBomber.Contracts;

/// <summary>A response that may carry a value to the steps that follow.</summary>
/// <typeparam name="T">What it carries.</typeparam>
public sealed class Response<T> : IResponse
{
    internal Response(string? statusCode, bool isError, long sizeBytes, double customLatencyMs, string? message, FSharpOption<T>? payload)
    {
        StatusCode = statusCode ?? "";
        IsError = isError;
        SizeBytes = sizeBytes;
        CustomLatencyMs = customLatencyMs;
        Message = message ?? "";
        Payload = payload;
    }

    /// <inheritdoc />
    public string StatusCode { get; }

    /// <inheritdoc />
    public bool IsError { get; }

    /// <inheritdoc />
    public long SizeBytes { get; }

    /// <inheritdoc />
    public double CustomLatencyMs { get; }

    /// <inheritdoc />
    public string Message { get; }

    /// <summary>What it carries; null (F#'s <c>None</c>) for nothing.</summary>
    public FSharpOption<T>? Payload { get; }
}
