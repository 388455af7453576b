using Microsoft.FSharp.Core;
using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Makes responses.</summary>
public static class Response
{
    private static readonly Response<object> OkEmpty = new("", false, 0, 0, "", null);
    private static readonly Response<object> FailEmpty = new("", true, 0, 0, "", null);

    /// <summary>It went well.</summary>
    /// <returns>The response.</returns>
    public static Response<object> Ok() => OkEmpty;

    /// <summary>It failed.</summary>
    /// <returns>The response.</returns>
    public static Response<object> Fail() => FailEmpty;

    /// <summary>It went well.</summary>
    /// <param name="statusCode">The status.</param>
    /// <param name="sizeBytes">The size of the answer.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="customLatencyMs">A latency that takes the place of the measured one; 0 for the measured one.</param>
    /// <returns>The response.</returns>
    public static Response<object> Ok(string statusCode = "", long sizeBytes = 0, string message = "", double customLatencyMs = 0) =>
        new(statusCode, false, sizeBytes, customLatencyMs, message, null);

    /// <summary>It went well.</summary>
    /// <typeparam name="T">What it would carry.</typeparam>
    /// <param name="statusCode">The status.</param>
    /// <param name="sizeBytes">The size of the answer.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="customLatencyMs">A latency that takes the place of the measured one; 0 for the measured one.</param>
    /// <returns>The response, without a payload.</returns>
    public static Response<T> Ok<T>(string statusCode = "", long sizeBytes = 0, string message = "", double customLatencyMs = 0) =>
        new(statusCode, false, sizeBytes, customLatencyMs, message, null);

    /// <summary>It went well.</summary>
    /// <typeparam name="T">What it carries.</typeparam>
    /// <param name="payload">What it carries.</param>
    /// <param name="statusCode">The status.</param>
    /// <param name="sizeBytes">The size of the answer.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="customLatencyMs">A latency that takes the place of the measured one; 0 for the measured one.</param>
    /// <returns>The response.</returns>
    public static Response<T> Ok<T>(T payload, string statusCode = "", long sizeBytes = 0, string message = "", double customLatencyMs = 0) =>
        new(statusCode, false, sizeBytes, customLatencyMs, message, FSharpOption<T>.Some(payload));

    /// <summary>It failed.</summary>
    /// <param name="statusCode">The status.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="sizeBytes">The size of the answer.</param>
    /// <param name="customLatencyMs">A latency that takes the place of the measured one; 0 for the measured one.</param>
    /// <returns>The response.</returns>
    public static Response<object> Fail(string statusCode = "", string message = "", long sizeBytes = 0, double customLatencyMs = 0) =>
        new(statusCode, true, sizeBytes, customLatencyMs, message, null);

    /// <summary>It failed.</summary>
    /// <typeparam name="T">What it would carry.</typeparam>
    /// <param name="statusCode">The status.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="sizeBytes">The size of the answer.</param>
    /// <param name="customLatencyMs">A latency that takes the place of the measured one; 0 for the measured one.</param>
    /// <returns>The response, without a payload.</returns>
    public static Response<T> Fail<T>(string statusCode = "", string message = "", long sizeBytes = 0, double customLatencyMs = 0) =>
        new(statusCode, true, sizeBytes, customLatencyMs, message, null);

    /// <summary>It failed.</summary>
    /// <typeparam name="T">What it carries.</typeparam>
    /// <param name="payload">What it carries.</param>
    /// <param name="statusCode">The status.</param>
    /// <param name="message">What is to be said.</param>
    /// <param name="sizeBytes">The size of the answer.</param>
    /// <param name="customLatencyMs">A latency that takes the place of the measured one; 0 for the measured one.</param>
    /// <returns>The response.</returns>
    public static Response<T> Fail<T>(T payload, string statusCode = "", string message = "", long sizeBytes = 0, double customLatencyMs = 0) =>
        new(statusCode, true, sizeBytes, customLatencyMs, message, FSharpOption<T>.Some(payload));
}
