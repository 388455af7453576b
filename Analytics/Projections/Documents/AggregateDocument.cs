using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>A document of a container <c>aggregates-{generation}</c>.</summary>
internal abstract class AggregateDocument : ProjectedDocument
{
    /// <summary>What it is of: one of <see cref="Subjects"/>.</summary>
    [JsonPropertyName("subject")]
    public string Subject { get; init; } = "";

    /// <inheritdoc />
    [JsonIgnore]
    internal override string Partition => Subject;
}
