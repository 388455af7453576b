using System.Net;
using System.Text.Json.Serialization;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Projections.Generations;

/// <summary>
/// Says which instance projects, so that not all do the same work. What is right does not depend on it: two that take it at once
/// write the same.
/// </summary>
internal sealed class ProjectorLease(Container state, TimeSpan length, TimeProvider clock)
{
    private const string TheId = "lease";
    private static readonly PartitionKey Key = new(TheId);
    private readonly string _me = Guid.CreateVersion7().ToString();

    /// <summary>How long before its end it is to be taken again.</summary>
    internal TimeSpan RenewEvery => length / 3;

    /// <summary>Takes it, or keeps it.</summary>
    /// <returns>False while another instance has it.</returns>
    internal async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        var held = await FindAsync(cancellationToken).ConfigureAwait(false);
        return (held is null || held.Owner == _me || held.Until < clock.GetUtcNow())
            && await TryWriteAsync(new Held(_me, clock.GetUtcNow() + length, held?.ETag), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives it up, so that nobody has to wait.</summary>
    internal async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken).ConfigureAwait(false) is { } held && held.Owner == _me)
            await TryWriteAsync(held with { Until = clock.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Held?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await state.ReadItemAsync<Held>(TheId, Key, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound && e.SubStatusCode == 0)
        {
            return null;
        }
    }

    private async Task<bool> TryWriteAsync(Held held, CancellationToken cancellationToken)
    {
        try
        {
            if (held.ETag is { } etag)
                await state.ReplaceItemAsync(held, TheId, Key, new ItemRequestOptions { IfMatchEtag = etag }, cancellationToken).ConfigureAwait(false);
            else
                await state.CreateItemAsync(held, Key, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    private sealed record Held(
        [property: JsonPropertyName("owner")] string Owner,
        [property: JsonPropertyName("until")] DateTimeOffset Until,
        [property: JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ETag,
        [property: JsonPropertyName("id")] string Id = TheId);
}
