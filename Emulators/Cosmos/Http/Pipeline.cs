using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>What is around every request: the signature, and how errors are answered.</summary>
internal sealed class Pipeline(RequestDelegate next, MasterKey key)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var activity = (string?)context.Request.Headers[Headers.ActivityId];
        context.Response.Headers[Headers.ActivityId] = Guid.TryParse(activity, out _) ? activity : Guid.CreateVersion7().ToString();
        Answer.Charge(context, 1);
        try
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<OpenAttribute>() is null)
                key.Require(context.Request);
            if (context.GetEndpoint() is null)
                throw CosmosException.NotImplemented($"{context.Request.Method} {context.Request.Path} is not done by this emulator.");
            await next(context);
        }
        catch (CosmosException error)
        {
            await Answer.ErrorAsync(context, error);
        }
        catch (ThrottledException throttled)
        {
            context.Response.Headers[Headers.RetryAfter] = $"{Math.Max(1, Math.Ceiling(throttled.RetryAfter.TotalMilliseconds))}";
            await Answer.ErrorAsync(context, new CosmosException(429, "TooManyRequests", "The request rate is too large: the container's request units are spent.", subStatus: 3200));
        }
    }
}

/// <summary>For what is answered without a signature.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenAttribute : Attribute;
