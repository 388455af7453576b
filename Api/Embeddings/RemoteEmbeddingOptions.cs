using System.Globalization;

namespace Platform.Api.Embeddings;

/// <summary>Configuration section <c>Embeddings</c>: an endpoint that speaks OpenAI's embeddings protocol.</summary>
/// <param name="Endpoint">The address below which <c>embeddings</c> lies, such as <c>https://api.openai.com/v1</c>.</param>
/// <param name="Model">The model's name there. It must be able to give vectors of 256 places.</param>
/// <param name="ApiKey">Sent as bearer token; null where none is needed.</param>
/// <param name="Timeout">For one try; 10 s by default, 100 ms to 5 min.</param>
/// <param name="Nearness">From <c>LeastCosine</c>; 0.3 by default, 0 to 1.</param>
internal sealed record RemoteEmbeddingOptions(Uri Endpoint, string Model, string? ApiKey, TimeSpan Timeout, Nearness Nearness)
{
    /// <returns>Null when no endpoint is configured: embeddings are then made locally.</returns>
    /// <exception cref="InvalidOperationException">A setting is missing or not usable; the message names it.</exception>
    public static RemoteEmbeddingOptions? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Embeddings");
        var (endpoint, model) = (section["Endpoint"], section["Model"]);
        if (string.IsNullOrWhiteSpace(endpoint))
        {
            return string.IsNullOrWhiteSpace(model)
                ? null
                : throw new InvalidOperationException("Embeddings:Model is set but Embeddings:Endpoint, where that model is served, is not.");
        }
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new InvalidOperationException("Embeddings:Endpoint must be an absolute http or https address such as https://api.openai.com/v1.");
        if (string.IsNullOrWhiteSpace(model))
            throw new InvalidOperationException("Embeddings:Model must name the model that Embeddings:Endpoint is to use.");
        var timeout = TimeSpan.FromSeconds(10);
        if (section["Timeout"] is { Length: > 0 } text
            && (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out timeout)
                || timeout < TimeSpan.FromMilliseconds(100) || timeout > TimeSpan.FromMinutes(5)))
        {
            throw new InvalidOperationException("Embeddings:Timeout must be a time from 00:00:00.1 to 00:05:00 written as hh:mm:ss.");
        }
        var leastCosine = 0.3f;
        if (section["LeastCosine"] is { Length: > 0 } least
            && !(float.TryParse(least, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out leastCosine) && leastCosine <= 1))
        {
            throw new InvalidOperationException("Embeddings:LeastCosine must be a number from 0 to 1.");
        }
        return new RemoteEmbeddingOptions(
            new Uri(address.AbsoluteUri.TrimEnd('/') + "/embeddings"), model, section["ApiKey"] is { Length: > 0 } key ? key : null, timeout, new Nearness(leastCosine));
    }
}
