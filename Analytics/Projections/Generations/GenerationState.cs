using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Generations;

/// <summary>Which generation of projections is read, and which one is being built.</summary>
/// <param name="Generation">That is read.</param>
/// <param name="Building">That will be read once it has caught up; null when none is built.</param>
/// <param name="IsAskedAgain">Whether yet another one is to be built after <paramref name="Building"/>.</param>
/// <param name="Retired">That was read before, until its containers are removed.</param>
/// <param name="ETag">Cosmos DB's version of it.</param>
/// <param name="Id">Always <see cref="TheId"/>.</param>
internal sealed record GenerationState(
    [property: JsonPropertyName("generation")] int Generation,
    [property: JsonPropertyName("building"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Building = null,
    [property: JsonPropertyName("isAskedAgain"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsAskedAgain = false,
    [property: JsonPropertyName("retired"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Retired = null,
    [property: JsonPropertyName("_etag"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ETag = null,
    [property: JsonPropertyName("id")] string Id = GenerationState.TheId)
{
    internal const string TheId = "current";

    internal static readonly GenerationState First = new(1);

    /// <summary>Asked to build all anew: what is being built already may have missed why.</summary>
    internal GenerationState Rebuilt() => Building is null ? this with { Building = Generation + 1 } : this with { IsAskedAgain = true };

    /// <summary>What was built is read from now on.</summary>
    internal GenerationState Switched() => this with { Generation = Building!.Value, Retired = Generation, Building = IsAskedAgain ? Building + 1 : null, IsAskedAgain = false };
}
