using System.ComponentModel;

namespace Platform.Api.Store.Reviews;

/// <summary>A review as everybody reads it; who wrote it is said by the name they show, and by nothing else.</summary>
internal sealed record ReviewDetails(
    Guid Id,
    [property: Description("1 to 5.")] int Rating,
    string? Title,
    string? Body,
    [property: Description("The name that the writer shows; null for none.")] string? Author,
    [property: Description("Whether the writer had bought it here.")] bool Verified,
    [property: Description("How many found it helpful.")] int HelpfulCount,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt);
