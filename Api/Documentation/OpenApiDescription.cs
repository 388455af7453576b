using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Platform.Api.Catalog;
using Platform.Api.Http;
using Platform.Api.Identity.Tokens;
using Platform.Api.Store;

namespace Platform.Api.Documentation;

/// <summary>The description of the API at <c>/openapi/v1.json</c>, made from the endpoints themselves.</summary>
internal static class OpenApiDescription
{
    private const string ProblemJson = "application/problem+json";

    internal static void AddApiDescription(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Platform API",
                Version = "v1",
                Description = "Lists are pages: send `next` back as `after`. Errors are problems (RFC 9457) with a `traceId`; "
                    + "those about fields say which under `errors`. A field that is not described is refused.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[BearerAuthentication.Name] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT",
                Description = "The access token that /api/v1/auth/login answers.",
            };
            document.Servers = []; // wherever it was read from
            // Where there is GET there may be HEAD; described twice it would only be in the way.
            foreach (var path in document.Paths.Values)
            {
                path.Operations?.Remove(HttpMethod.Head);
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, context);
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var json = context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        operation.OperationId = metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler && char.IsAsciiLetter(handler.Name[0])
            ? $"{operation.Tags?.FirstOrDefault()?.Name}{handler.Name}"
            : null;
        if (metadata.OfType<EndpointDescriptions.RequestExample>().FirstOrDefault() is { } example
            && operation.RequestBody?.Content?.TryGetValue("application/json", out var body) is true && body is OpenApiMediaType media)
        {
            media.Example = JsonSerializer.SerializeToNode(example.Value, json);
        }

        var token = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerAuthentication.Name, context.Document)] = [] };
        if (metadata.OfType<EndpointDescriptions.AuthenticationRequired>().Any())
        {
            operation.Security = [token];
        }
        else if (metadata.OfType<EndpointDescriptions.AuthenticationTaken>().Any())
        {
            operation.Security = [token, []];
        }

        if (metadata.OfType<EndpointDescriptions.IfMatchRequired>().Any())
        {
            AddHeader(operation, "If-Match", true, "The ETag of the resource as you read it; `*` for whatever it is now.");
        }

        if (metadata.OfType<EndpointDescriptions.IdempotencyKeyRequired>().Any())
        {
            AddHeader(operation, Idempotency.Header, true, "A name of your own for this request; sent again with the same one, it is answered again and not done again.");
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            Describe(parameter, context.Description.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name));
        }

        var answers = operation.Responses?.OrderBy(answer => answer.Key, StringComparer.Ordinal).ToList() ?? [];
        operation.Responses = [];
        foreach (var (status, answer) in answers)
        {
            operation.Responses.Add(status, answer);
        }

        var isRead = context.Description.HttpMethod is "GET" or "HEAD";
        if (isRead)
        {
            AddHeader(operation, ReadPosition.MinHeader, false, "A `Platform-Lsn` that you were answered: whatever was committed up to it is in the answer.");
        }

        foreach (var (status, answer) in answers)
        {
            Describe(status, (OpenApiResponse)answer, operation);
            if (status[0] == '2')
            {
                Says((OpenApiResponse)answer, CommitPosition.Header, isRead
                    ? "A position of PostgreSQL's WAL up to which the answer lacks nothing: subscribe from it to hear of the rest. Absent while it is not known."
                    : "A position of PostgreSQL's WAL at which all that was written is committed.");
            }

            var type = context.Description.SupportedResponseTypes.FirstOrDefault(t => t.StatusCode.ToString(CultureInfo.InvariantCulture) == status)?.Type;
            if (type is not null && (CatalogExamples.ByType.TryGetValue(type, out var shown) || StoreExamples.ByType.TryGetValue(type, out shown))
                && answer.Content?.TryGetValue("application/json", out var content) is true && content is OpenApiMediaType success)
            {
                success.Example = JsonSerializer.SerializeToNode(shown, json);
            }
        }
    }

    private static void Describe(OpenApiParameter parameter, ApiParameterDescription? described)
    {
        if (parameter.Name is { Length: > 0 } name)
        {
            parameter.Name = name.StartsWith("If-", StringComparison.Ordinal) ? name : JsonNamingPolicy.CamelCase.ConvertName(name);
        }

        parameter.Description ??= parameter.In == ParameterLocation.Path ? $"The {parameter.Name} of the resource." : null;
        var attributes = (described?.ParameterDescriptor as Microsoft.AspNetCore.Mvc.Infrastructure.IParameterInfoParameterDescriptor)?.ParameterInfo;
        if (attributes?.GetCustomAttributes(typeof(AllowedValuesAttribute), true) is [AllowedValuesAttribute allowed] && parameter.Schema is OpenApiSchema schema)
        {
            schema.Enum = [.. allowed.Values.Select(value => (JsonNode)JsonValue.Create((string)value!))];
        }
    }

    private static void Describe(string status, OpenApiResponse answer, OpenApiOperation operation)
    {
        answer.Description = status switch
        {
            "200" or "201" when answer.Content is { Count: > 0 } => status == "200" ? "The answer." : "What was made; its address is in Location.",
            "202" => "It was taken note of.",
            "204" => "Done.",
            "304" => "You have it already: If-None-Match names its ETag.",
            "400" => "A field is missing, unknown or not allowed; `errors` says which and what is allowed.",
            "401" => "The credentials are missing, wrong or no longer good.",
            "402" => "The payment was refused; `detail` says why. Another try is allowed.",
            "403" => "The account may not do this.",
            "404" => "There is no such thing, or it was deleted.",
            "409" => "It conflicts with what is stored; `errors` names the field where there is one.",
            "412" => "It was changed since you read it.",
            "413" => "The body is larger than 1 MiB.",
            "415" => "The body is not JSON.",
            "422" => "The Idempotency-Key was sent with another request before.",
            "428" => "If-Match is missing.",
            "429" => "There were too many requests; Retry-After says in how many seconds to try again.",
            "503" => "A data store does not answer; try again shortly.",
            _ => answer.Description,
        };
        var hasETag = operation.Responses!.ContainsKey("304") || operation.Responses.ContainsKey("412");
        if (status == "201" || (status == "200" && hasETag))
        {
            Says(answer, "ETag", "A hash of the answer.");
        }

        if (status == "201")
        {
            Says(answer, "Location", "Its address.");
        }

        if (status == "304")
        {
            AddHeader(operation, "If-None-Match", false, "The ETag of the answer you have.");
        }

        if (answer.Content?.TryGetValue(ProblemJson, out var problem) is true && problem is OpenApiMediaType media)
        {
            var code = int.Parse(status, CultureInfo.InvariantCulture);
            media.Example = new JsonObject
            {
                ["title"] = ReasonPhrases.GetReasonPhrase(code),
                ["status"] = code,
                ["detail"] = answer.Description,
                ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
            };
            if (status is "400" or "409")
            {
                media.Example["errors"] = new JsonObject { ["field"] = new JsonArray("field must be …") };
            }
        }
    }

    private static void Says(OpenApiResponse answer, string header, string description)
    {
        answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
        answer.Headers[header] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
    }

    private static void AddHeader(OpenApiOperation operation, string name, bool required, string description)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name, In = ParameterLocation.Header, Required = required, Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }
}
