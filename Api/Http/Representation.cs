using System.Buffers.Text;
using System.Net.Mime;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Platform.Api.Http;

/// <summary>Answers a write with the resource as it is now, and its strong ETag.</summary>
/// <remarks>
/// The ETag is a hash of the very bytes sent. A row version (<c>xmin</c>) would not do: a book's answer also shows the
/// names of its authors and categories, and renaming one changes the answer but not the book's row. That a write is
/// not lost between two readers of one ETag is the row version's part: updates carry both.
/// </remarks>
internal sealed class Representation<T>(T value, string? createdAt = null) : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        // 201 is said by the endpoints that create.
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [MediaTypeNames.Application.Json]));
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var options = httpContext.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value;
        var (body, etag) = Representation.Serialize(value, options.SerializerOptions);
        var response = httpContext.Response;
        response.GetTypedHeaders().ETag = etag;
        if (createdAt is not null)
        {
            response.StatusCode = StatusCodes.Status201Created;
            response.Headers.Location = createdAt;
        }

        response.ContentType = Representation.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}

/// <summary>ETags of representations, and the preconditions made of them.</summary>
internal static class Representation
{
    internal const string ContentType = "application/json; charset=utf-8";

    internal static (byte[] Body, EntityTagHeaderValue ETag) Serialize<T>(T value, JsonSerializerOptions options)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, options);
        return (body, ETag(body));
    }

    /// <summary>The ETag of an answer's bytes.</summary>
    internal static EntityTagHeaderValue ETag(byte[] body) => new($"\"{Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, 16))}\"");

    /// <summary>Whether the reader has this representation already, by <c>If-None-Match</c> (RFC 9110, 13.1.2).</summary>
    internal static bool IsKnown(HttpRequest request, string etag)
    {
        var known = request.Headers.IfNoneMatch;
        // Almost every reader sends nothing or the one tag it has.
        if (known.Count == 0)
        {
            return false;
        }

        if (known.Count == 1 && known[0] == etag)
        {
            return true;
        }

        var current = new EntityTagHeaderValue(etag);
        return request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false));
    }

    /// <summary>Whether a write may go on: 428 without <c>If-Match</c>, 412 when the resource is another by now.</summary>
    /// <param name="request">The write.</param>
    /// <param name="current">The resource as a reader would get it now.</param>
    internal static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult? Refuse<T>(HttpRequest request, T current)
    {
        if (request.Headers.IfMatch.Count == 0)
        {
            return TypedResults.Problem("Send If-Match with the ETag of the resource as you read it.",
                title: "If-Match is required.", statusCode: StatusCodes.Status428PreconditionRequired);
        }

        var options = request.HttpContext.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value;
        var (_, etag) = Serialize(current, options.SerializerOptions);
        return request.GetTypedHeaders().IfMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(etag, useStrongComparison: true))
            ? null
            : Stale();
    }

    /// <summary>412: somebody else changed the resource in the meantime.</summary>
    internal static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Stale() =>
        TypedResults.Problem("It was changed after you read it: read it again, and send its new ETag as If-Match.",
            title: "The resource has changed.", statusCode: StatusCodes.Status412PreconditionFailed);
}
