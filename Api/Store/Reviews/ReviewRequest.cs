using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Platform.Api.Http;

namespace Platform.Api.Store.Reviews;

/// <summary>A review as its writer sends it: all of it, what is left out becomes empty.</summary>
internal sealed record ReviewRequest(
    [property: Range(1, 5), Description("1 to 5; a draft may leave it open.")] int? Rating,
    [property: MaxLength(ReviewRequest.MaxTitleLength)] string? Title = null,
    [property: MaxLength(Review.MaxBodyLength)] string? Body = null)
{
    private const int MaxTitleLength = 200;

    /// <summary>Checks it.</summary>
    /// <param name="isDraft">Whether it may be without a rating.</param>
    /// <param name="errors">Gets what is wrong.</param>
    internal (short? Rating, string? Title, string? Body) Read(bool isDraft, FieldErrors errors)
    {
        if (Rating is < 1 or > 5 || (Rating is null && !isDraft))
        {
            errors.Add("rating", "rating must be a whole number from 1 to 5.");
        }

        return (Rating is >= 1 and <= 5 ? (short)Rating : null, errors.OptionalText("title", Title, MaxTitleLength), errors.OptionalText("body", Body, Review.MaxBodyLength));
    }
}
