using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>What a reader did with a book says more or less that it is liked.</summary>
public sealed class EvidenceTests
{
    private static readonly HistoryEntry Nothing = new(Guid.Empty, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    [Fact]
    public void What_costs_the_reader_more_says_more()
    {
        HistoryEntry[] ascending =
        [
            Nothing, Nothing with { Views = 1 }, Nothing with { SearchClicks = 1 }, Nothing with { Views = 50, SearchClicks = 9 }, Nothing with { CartAdds = 1 },
            Nothing with { Shelf = "want" }, Nothing with { Shelf = "reading" }, Nothing with { Shelf = "read" }, Nothing with { Bought = 1 }, Nothing with { Rating = 5 },
        ];

        var weights = ascending.Select(EvidenceWeights.Of).ToList();

        Assert.Equal(weights.Order().Distinct(), weights);
        Assert.Equal(0, weights[0]);
    }

    [Fact]
    public void What_is_hidden_says_nothing_and_is_not_liked()
    {
        var hidden = Nothing with { Rating = 5, Bought = 1, Hidden = true };

        Assert.Equal(0, EvidenceWeights.Of(hidden));
        Assert.False(EvidenceWeights.IsLiked(hidden));
    }

    [Fact]
    public void A_rating_overrules_what_was_bought() =>
        Assert.Equal((EvidenceWeights.OfRating(1), false), (EvidenceWeights.Of(Nothing with { Bought = 1, Rating = 1 }), EvidenceWeights.IsLiked(Nothing with { Bought = 1, Rating = 1 })));
}
