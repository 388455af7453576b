using System.Text.Json.Serialization;

namespace Platform.Analytics.Recommendations.Versions;

/// <summary>A version of the model, as it is stored; it stays when its vectors are gone.</summary>
/// <param name="Id">The version.</param>
/// <param name="State">What became of it.</param>
/// <param name="TrainedAt">When it was trained.</param>
/// <param name="AsOf">The position of the last event that it was trained with.</param>
/// <param name="Dimensions">The length of its vectors.</param>
/// <param name="Books">How many books it knows.</param>
/// <param name="Readers">From how many readers it learned.</param>
/// <param name="Evaluation">How good its like, learned without what was set aside, is at that.</param>
/// <param name="Popular">How good it is to offer everybody the most read books.</param>
/// <param name="Parameters">The numbers that it was trained with.</param>
/// <param name="Parts">In how many parts its weights are.</param>
/// <param name="Checksum">Of all parts.</param>
/// <param name="Kind">What tells it from what is stored beside it.</param>
internal sealed record ModelVersion(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("state")] ModelState State,
    [property: JsonPropertyName("trainedAt")] DateTimeOffset TrainedAt,
    [property: JsonPropertyName("asOf")] string AsOf,
    [property: JsonPropertyName("dimensions")] int Dimensions,
    [property: JsonPropertyName("books")] int Books,
    [property: JsonPropertyName("readers")] int Readers,
    [property: JsonPropertyName("evaluation")] Evaluation Evaluation,
    [property: JsonPropertyName("popular")] Evaluation Popular,
    [property: JsonPropertyName("parameters")] Parameters Parameters,
    [property: JsonPropertyName("parts")] int Parts = 0,
    [property: JsonPropertyName("checksum")] uint Checksum = 0,
    [property: JsonPropertyName("kind")] string Kind = ModelVersion.KindOfVersion)
{
    internal const string KindOfVersion = "version";

    internal ModelDescription Description => new(Id, TrainedAt, AsOf, Dimensions);

    /// <summary>The document of a part of its weights.</summary>
    internal static string PartOf(string version, int part) => FormattableString.Invariant($"{version}-part-{part}");
}

/// <summary>What became of a version.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelState>))]
internal enum ModelState
{
    /// <summary>Its vectors are being written; when nobody does any more, they are rests.</summary>
    Publishing,

    /// <summary>It is complete: it is used, or was.</summary>
    Complete,

    /// <summary>It is worse than the one that was used, or no better than what is popular.</summary>
    Refused,

    /// <summary>Another one has taken its place, and its vectors are gone.</summary>
    Removed,
}
