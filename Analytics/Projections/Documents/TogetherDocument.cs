using System.Text.Json.Serialization;

namespace Platform.Analytics.Projections.Documents;

/// <summary>How often a product, whose number is the id, was bought together with the subject's.</summary>
internal sealed class TogetherDocument : AggregateDocument
{
    /// <summary>The product's book, as it was last.</summary>
    [JsonPropertyName("book")]
    public Guid? Book { get; set; }

    /// <summary>Orders with both that were paid and not paid back.</summary>
    [JsonPropertyName("orders")]
    public int Orders { get; set; }
}
