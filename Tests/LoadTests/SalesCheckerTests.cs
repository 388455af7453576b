using Platform.LoadTests.Run.Correctness;

namespace Platform.Tests.LoadTests;

/// <summary>Planted histories of sales: each way to sell wrongly is found as what it is, with no more than shows it.</summary>
public sealed class SalesCheckerTests
{
    private static readonly Guid Variant = Id(1);

    [Fact]
    public void Copies_that_are_sold_once_are_right()
    {
        SaleAttempt[] attempts = [Bought("a", 0, Id(10)), Bought("b", 1, Id(11)), Refused("c", 5)];

        Assert.Empty(Check(2, attempts, [Stored(Id(10)), Stored(Id(11))]));
    }

    [Fact]
    public void One_more_than_there_are_is_oversold_and_the_fewest_orders_show_it()
    {
        SaleAttempt[] attempts = [Bought("a", 0, Id(10)), Bought("b", 1, Id(11), quantity: 2), Bought("c", 2, Id(12))];

        var violation = Assert.Single(Check(2, attempts, null));

        Assert.Equal(SalesChecker.Oversold, violation.Kind);
        Assert.StartsWith("4 of", violation.What, StringComparison.Ordinal);
        Assert.Equal(3, violation.History.Count);
        Assert.Contains("b asks for 2", violation.History[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_of_an_order_that_may_have_been_given_up_can_be_sold_again()
    {
        Assert.Empty(Check(1, [Bought("a", 0, Id(10)), Bought("b", 9, Id(11))], null, givenUp: Id(10)));
    }

    [Fact]
    public void A_key_that_is_answered_twice_has_one_order()
    {
        Assert.Empty(Check(5, [Bought("a", 0, Id(10)), Bought("a", 3, Id(10))], [Stored(Id(10))]));
        Assert.Equal([SalesChecker.TwoOrders], Kinds(Check(5, [Bought("a", 0, Id(10)), Bought("a", 3, Id(11))], [Stored(Id(10)), Stored(Id(11))])));
    }

    [Fact]
    public void An_order_that_was_answered_and_is_not_there_is_lost()
    {
        Assert.Equal([SalesChecker.Lost], Kinds(Check(5, [Bought("a", 0, Id(10)), Bought("b", 1, Id(11))], [Stored(Id(10))])));
    }

    [Fact]
    public void An_order_that_is_there_has_somebody_who_asked_for_it()
    {
        var open = new SaleAttempt("b", Variant, 1, At(1), At(2), SaleOutcome.Unknown);

        Assert.Empty(Check(5, [Bought("a", 0, Id(10)), open], [Stored(Id(10)), Stored(Id(11))]));
        Assert.Equal([SalesChecker.Nobodys], Kinds(Check(5, [Bought("a", 0, Id(10)), open], [Stored(Id(10)), Stored(Id(11)), Stored(Id(12))])));
    }

    [Fact]
    public void An_attempt_without_an_answer_that_is_made_again_makes_one_order()
    {
        var open = new SaleAttempt("a", Variant, 1, At(0), At(1), SaleOutcome.Unknown);

        Assert.Empty(Check(1, [open, Bought("a", 2, Id(10)), Refused("b", 5)], [Stored(Id(10))]));
        Assert.Equal([SalesChecker.Nobodys], Kinds(Check(5, [open, Bought("a", 2, Id(10))], [Stored(Id(10)), Stored(Id(11))])));
    }

    [Fact]
    public void Who_is_refused_what_nobody_else_can_have_taken_is_refused_wrongly()
    {
        SaleAttempt[] attempts = [Bought("a", 0, Id(10)), Refused("b", 1), Bought("c", 50, Id(12))];

        var violation = Assert.Single(Check(2, attempts, null));

        Assert.Equal(SalesChecker.RefusedThere, violation.Kind);
        Assert.Equal(3, violation.History.Count);
        Assert.Empty(Check(1, attempts[..2], null));
    }

    private static List<Violation> Check(int copies, SaleAttempt[] attempts, StoredSale[]? stored, params Guid[] givenUp)
    {
        var history = new SalesHistory { Copies = { [Variant] = copies } };
        foreach (var attempt in attempts)
            history.Add(attempt);
        foreach (var order in givenUp)
            history.GiveUp(order, At(4));
        return [.. SalesChecker.Check(history, stored)];
    }

    private static IEnumerable<string> Kinds(List<Violation> violations) => violations.Select(violation => violation.Kind);

    private static SaleAttempt Bought(string key, int at, Guid order, int quantity = 1) => new(key, Variant, quantity, At(at), At(at + 1), SaleOutcome.Accepted, order);

    private static SaleAttempt Refused(string key, int at) => new(key, Variant, 1, At(at), At(at + 1), SaleOutcome.Refused);

    private static StoredSale Stored(Guid order) => new(order, Variant, 1, HoldsCopies: true);

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
