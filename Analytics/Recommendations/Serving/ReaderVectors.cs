using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Forgetting;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations.Versions;

namespace Platform.Analytics.Recommendations.Serving;

/// <summary>Keeps the vectors of readers beside those of books, as they were searched with last.</summary>
internal sealed class ReaderVectors(ModelContainers containers, ForgottenUsers forgotten, ILogger<ReaderVectors> logger)
{
    /// <summary>A reader's vector.</summary>
    /// <param name="Id">The reader.</param>
    /// <param name="Set">The partition key: of each reader its own.</param>
    /// <param name="Model">The version that it belongs to.</param>
    /// <param name="AsOf">The position of the last event that counts in it.</param>
    /// <param name="Embedding">The vector.</param>
    internal sealed record ReaderVector(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("set")] string Set,
        [property: JsonPropertyName("model")] string Model,
        [property: JsonPropertyName("asOf")] string AsOf,
        [property: JsonPropertyName("embedding")] float[] Embedding);

    /// <summary>The partition of a reader.</summary>
    internal static string SetOf(Guid user) => $"user:{user}";

    /// <summary>The vector that is kept; null when there is none.</summary>
    internal async Task<ReaderVector?> FindAsync(Guid user, CancellationToken cancellationToken)
    {
        try
        {
            return await containers.Vectors.ReadItemAsync<ReaderVector>(user.ToString(), new PartitionKey(SetOf(user)), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Removes the vector that is kept, if there is one.</summary>
    internal async Task RemoveAsync(Guid user, CancellationToken cancellationToken)
    {
        using var answer = await containers.Vectors.DeleteItemStreamAsync(user.ToString(), new PartitionKey(SetOf(user)), cancellationToken: cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode != HttpStatusCode.NotFound)
            answer.EnsureSuccessStatusCode();
    }

    /// <summary>Keeps a vector, unless it is kept already. That it cannot be kept now takes no answer from the reader.</summary>
    internal async Task KeepAsync(ReaderHistory history, string version, float[] vector, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(history.User, cancellationToken).ConfigureAwait(false) is { } kept && kept.Model == version && kept.AsOf == history.AsOf)
                return;
            var next = new ReaderVector(history.User.ToString(), SetOf(history.User), version, history.AsOf, vector);
            await containers.Vectors.UpsertItemAsync(next, new PartitionKey(next.Set), EventContainers.Quiet, cancellationToken).ConfigureAwait(false);
            // Only now: whoever was to be forgotten before is found here, and of whoever is later the vector is there to be removed.
            if (await forgotten.FindAsync(history.User, cancellationToken).ConfigureAwait(false) is not null)
                await RemoveAsync(history.User, cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e)
        {
            logger.VectorNotKept(e.StatusCode);
        }
    }
}
