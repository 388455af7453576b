using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Api.Data;
using Platform.Api.Identity;

namespace Platform.Api.Http;

/// <summary>
/// A request that does its work once, however often it is sent: the caller names it with the header
/// <c>Idempotency-Key</c>. Read it, begin the user's transaction, ask <see cref="FindAnswerAsync"/>, do the work, keep the answer
/// with <see cref="KeepAnswerAsync"/>, commit.
/// </summary>
/// <remarks>
/// The record is written by the transaction of the work, so that there are both or neither. Whoever sends the same key
/// meanwhile waits at the unique key for that transaction: when it commits, there is an answer to give again; when it is
/// rolled back, whatever for, the key is free and the next one does the work. So only success is kept.
/// </remarks>
internal sealed class Idempotency
{
    internal const string Header = "Idempotency-Key";

    /// <summary>Longest key.</summary>
    internal const int MaxKeyLength = 255;

    /// <summary>For how long an answer is kept at least; row security lets nobody delete younger ones.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    private readonly Guid _userId;
    private readonly string _key;
    private readonly byte[] _requestHash;
    private readonly JsonSerializerOptions _json;

    private Idempotency(Guid userId, string key, byte[] requestHash, JsonSerializerOptions json) =>
        (_userId, _key, _requestHash, _json) = (userId, key, requestHash, json);

    /// <summary>Reads the key; adds an error when there is none, or one that cannot be.</summary>
    /// <param name="http">The request.</param>
    /// <param name="user">Whose key it is: keys of two users are two keys.</param>
    /// <param name="body">What the request says. Said in other words, it is still the same.</param>
    /// <param name="errors">Gets what is wrong.</param>
    internal static Idempotency Read<T>(HttpRequest http, CurrentUser user, T body, FieldErrors errors)
    {
        var header = http.Headers[Header];
        var key = header.Count == 1 ? header[0]! : "";
        if (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            errors.Add("idempotencyKey", $"The header {Header} must be 1 to {MaxKeyLength} visible ASCII characters without spaces: a new one for each request that is meant to do something new.");
        }

        var json = http.HttpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Method} {http.Path}\n"));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(body, json));
        return new Idempotency(user.Id, key, hash.GetHashAndReset(), json);
    }

    /// <summary>Deletes answers that nobody can still be waiting for.</summary>
    /// <param name="db">A context without a transaction.</param>
    /// <param name="now">What time it is.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops; nothing is then deleted.</param>
    /// <returns>How many were deleted.</returns>
    internal static async Task<int> DeleteOldAsync(PlatformDbContext db, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(RowScope.Staff, cancellationToken);
        var deleted = await db.Database.ExecuteSqlAsync($"""
            DELETE FROM ops.idempotency_records WHERE (user_id, key) IN
                (SELECT user_id, key FROM ops.idempotency_records WHERE created_at < {now - KeptFor} ORDER BY created_at LIMIT {most})
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted;
    }

    /// <summary>Takes the key for the running transaction, which acts for the user.</summary>
    /// <returns>Null when the work is to be done; else what to answer instead.</returns>
    internal async Task<Results<KeptAnswer, ProblemHttpResult>?> FindAnswerAsync(PlatformDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (await db.Database.ExecuteSqlAsync($"""
            INSERT INTO ops.idempotency_records (user_id, key, request_hash, status_code, created_at)
            VALUES ({_userId}, {_key}, {_requestHash}, 0, {now}) ON CONFLICT (user_id, key) DO NOTHING
            """, cancellationToken) == 0)
        {
            // By a statement of its own, which sees what was committed while the first waited. Gone again only when it was too old.
            if (await db.IdempotencyRecords.AsNoTracking().SingleOrDefaultAsync(r => r.UserId == _userId && r.Key == _key, cancellationToken) is { } record)
            {
                return record.RequestHash.AsSpan().SequenceEqual(_requestHash)
                    ? new KeptAnswer(record.StatusCode, record.Body!, record.Location, isRepeated: true)
                    : TypedResults.Problem($"This {Header} was sent with another request before: a new request needs a new one.", statusCode: StatusCodes.Status422UnprocessableEntity);
            }
        }

        return null;
    }

    /// <summary>Keeps the answer 201, in the transaction of what it tells of.</summary>
    /// <returns>What to answer after the commit: the very bytes that are kept.</returns>
    internal async Task<KeptAnswer> KeepAnswerAsync<T>(PlatformDbContext db, T made, string location, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(made, _json);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE ops.idempotency_records SET status_code = {StatusCodes.Status201Created}, body = {body}, location = {location}
            WHERE user_id = {_userId} AND key = {_key}
            """, cancellationToken);
        return new KeptAnswer(StatusCodes.Status201Created, body, location, isRepeated: false);
    }
}

/// <summary>An answer that is kept; whoever asks again gets it again, with <c>Idempotency-Replayed: true</c>.</summary>
internal sealed class KeptAnswer(int statusCode, byte[] body, string? location, bool isRepeated) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = statusCode;
        response.Headers.Location = location;
        response.GetTypedHeaders().ETag = Representation.ETag(body);
        if (isRepeated)
        {
            response.Headers["Idempotency-Replayed"] = "true";
        }

        response.ContentType = Representation.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
