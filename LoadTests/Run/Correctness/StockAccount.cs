using System.Globalization;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>A line of the ledger of stock.</summary>
/// <param name="At">When.</param>
/// <param name="Quantity">Copies that came; negative when they went.</param>
/// <param name="Kind">Why.</param>
public readonly record struct StockLine(DateTime At, int Quantity, string Kind);

/// <summary>Copies that an order has been promised.</summary>
/// <param name="Order">Which.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Status">How far it is.</param>
public readonly record struct PromiseLine(Guid Order, int Quantity, string Status);

/// <summary>What the books say of a variant: its stock, and what that ought to be the sum of.</summary>
/// <param name="Variant">Which.</param>
/// <param name="OnHand">Copies that are there.</param>
/// <param name="Reserved">Those of them that are promised.</param>
/// <param name="Ledger">What came and went, in order.</param>
/// <param name="Promises">The orders that hold copies.</param>
public sealed record StockAccount(Guid Variant, int OnHand, int Reserved, IReadOnlyList<StockLine> Ledger, IReadOnlyList<PromiseLine> Promises)
{
    // What of a longer ledger is shown line by line.
    private const int LastLines = 8;

    /// <summary>The kinds of what is found.</summary>
    public const string OffLedger = "stock that is not its ledger's sum", OffOrders = "promises that are not the orders'", Overpromised = "promised more than there is";

    /// <summary>Everything that must not be.</summary>
    public IEnumerable<Violation> Check()
    {
        var ledger = Ledger.Sum(line => line.Quantity);
        if (ledger != OnHand)
        {
            yield return new Violation(OffLedger, string.Create(CultureInfo.InvariantCulture, $"{OnHand} of {Variant} are there, and the ledger's sum is {ledger}."),
                Lines(Ledger.Select(line => (line.Quantity, string.Create(CultureInfo.InvariantCulture, $"{line.At:HH:mm:ss.ffff}  {line.Quantity:+0;-0} {line.Kind}"))), $"inventory  {OnHand} there"));
        }

        var promised = Promises.Sum(line => line.Quantity);
        if (promised != Reserved)
        {
            yield return new Violation(OffOrders, string.Create(CultureInfo.InvariantCulture, $"{Reserved} of {Variant} are promised, and orders hold {promised}."),
                Lines(Promises.Select(line => (line.Quantity, string.Create(CultureInfo.InvariantCulture, $"order {line.Order}, {line.Status}, holds {line.Quantity}"))), $"inventory  {Reserved} promised"));
        }

        if (Reserved > OnHand)
            yield return new Violation(Overpromised, string.Create(CultureInfo.InvariantCulture, $"{Reserved} of {Variant} are promised, and {OnHand} are there."), [$"inventory  {OnHand} there, {Reserved} promised"]);
    }

    private static List<string> Lines(IEnumerable<(int Quantity, string Text)> lines, string inventory)
    {
        var all = lines.ToList();
        var earlier = all.Take(Math.Max(0, all.Count - LastLines)).ToList();
        return
        [
            .. earlier.Count == 0 ? [] : new[] { string.Create(CultureInfo.InvariantCulture, $"{earlier.Count} before, {earlier.Sum(line => line.Quantity):+0;-0;0} in all") },
            .. all.Skip(earlier.Count).Select(line => line.Text),
            inventory,
        ];
    }
}
