using System.Net;
using Microsoft.Azure.Cosmos;

namespace Platform.Analytics.Projections.Generations;

/// <summary>Keeps which generation is read. Each change is one write upon the version that it was made from.</summary>
internal sealed class GenerationStore(Container state)
{
    private static readonly PartitionKey Key = new(GenerationState.TheId);

    internal async Task<GenerationState?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await state.ReadItemAsync<GenerationState>(GenerationState.TheId, Key, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CosmosException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Changes it, from whatever it is then; the first generation where there is none.</summary>
    internal async Task<GenerationState> ChangeAsync(Func<GenerationState, GenerationState> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = await FindAsync(cancellationToken).ConfigureAwait(false);
            var after = change(before ?? GenerationState.First);
            if (after == before)
                return after;
            try
            {
                return before is null
                    ? await state.CreateItemAsync(after, Key, cancellationToken: cancellationToken).ConfigureAwait(false)
                    : await state.ReplaceItemAsync(after, GenerationState.TheId, Key, new ItemRequestOptions { IfMatchEtag = before.ETag }, cancellationToken).ConfigureAwait(false);
            }
            catch (CosmosException e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
            {
                // Changed by somebody else meanwhile.
            }
        }
    }
}
