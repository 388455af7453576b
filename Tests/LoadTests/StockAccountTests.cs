using Platform.LoadTests.Run.Correctness;

namespace Platform.Tests.LoadTests;

/// <summary>Planted books: stock that is not what it is the sum of is found, and shown by the lines that make the sum.</summary>
public sealed class StockAccountTests
{
    private static readonly StockLine[] Ledger = [new(default, 5, "receipt"), new(default, -2, "sale")];
    private static readonly PromiseLine[] Promises = [new(default, 1, "pending"), new(default, 1, "paid")];
    private static readonly StockAccount Right = new(default, OnHand: 3, Reserved: 2, Ledger, Promises);

    [Fact]
    public void Books_that_add_up_are_right()
    {
        Assert.Empty(Right.Check());
    }

    [Fact]
    public void Stock_that_is_not_the_sum_of_its_ledger_is_found()
    {
        var violation = Assert.Single((Right with { OnHand = 4 }).Check());

        Assert.Equal(StockAccount.OffLedger, violation.Kind);
        Assert.Equal(["00:00:00.0000  +5 receipt", "00:00:00.0000  -2 sale", "inventory  4 there"], violation.History);
    }

    [Fact]
    public void Promises_that_are_not_those_of_the_orders_are_found()
    {
        Assert.Equal(StockAccount.OffOrders, Assert.Single((Right with { Reserved = 1 }).Check()).Kind);
    }

    [Fact]
    public void More_promises_than_copies_are_found()
    {
        var books = Right with { OnHand = 1, Ledger = [new(default, 1, "receipt")] };

        Assert.Equal(StockAccount.Overpromised, Assert.Single(books.Check()).Kind);
    }

    [Fact]
    public void Of_a_long_ledger_the_last_lines_are_shown_and_the_sum_of_the_others()
    {
        var books = Right with { Ledger = [.. Enumerable.Repeat(new StockLine(default, 1, "return"), 20)] };

        var history = Assert.Single(books.Check()).History;

        Assert.Equal(10, history.Count);
        Assert.Equal("12 before, +12 in all", history[0]);
    }
}
