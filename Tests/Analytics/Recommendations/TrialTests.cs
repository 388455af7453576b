using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Training;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>How good a model is, is measured as everybody measures it.</summary>
public sealed class TrialTests
{
    [Fact]
    public void What_is_found_counts_against_what_could_be()
    {
        // One liked book of three first, one third, of four in all; a second reader is offered nothing; a third liked nothing.
        IReadOnlySet<int> some = new HashSet<int> { 1, 3, 100 }, other = new HashSet<int> { 7 }, none = new HashSet<int>();

        var found = Evaluation.Of<int>([([1, 2, 3], some), ([], other), ([5], none)], books: 10);

        var ideal = 1 + (1 / Math.Log2(3)) + (1 / Math.Log2(4));
        Assert.Equal(new Evaluation(2 / 3.0 / 2, (1 + (1 / Math.Log2(4))) / ideal / 2, 0.3, 2), found);
    }

    [Fact]
    public void What_is_set_aside_is_not_learned_and_is_the_same_again()
    {
        var set = PlantedTastes.Create(seed: 1);

        var (kept, aside) = set.Split(0.2);

        Assert.Equal(set.Readers.Select(reader => reader.Order(Places)), kept.Readers.Zip(aside, (some, others) => some.Concat(others).Order(Places)));
        Assert.InRange(aside.Sum(reader => reader.Length) / (double)set.Readers.Sum(reader => reader.Length), 0.17, 0.23);
        Assert.Equal(aside, set.Split(0.2).SetAside);
    }

    [Fact]
    public void A_model_that_has_found_the_tastes_is_better_than_one_of_noise()
    {
        Assert.True(Try(PlantedTastes.Create(seed: 1)).Ndcg > 2 * Try(PlantedTastes.Create(seed: 1, noise: 1)).Ndcg);

        static Evaluation Try(TrainingSet set)
        {
            var (kept, aside) = set.Split(0.2);
            return Trial.Of(PlantedTastes.Train(kept), kept, aside, Parameters.Default with { Candidates = 60 }, new ParallelOptions());
        }
    }

    private static readonly Comparer<Reading> Places = Comparer<Reading>.Create((one, other) => one.Book.CompareTo(other.Book));
}
