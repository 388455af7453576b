using System.Collections.Concurrent;
using System.Globalization;

namespace Platform.LoadTests.Run.Correctness;

/// <summary>What became of an attempt to buy.</summary>
public enum SaleOutcome
{
    /// <summary>Nobody knows: there was no answer, or one that does not say.</summary>
    Unknown,

    /// <summary>There is an order.</summary>
    Accepted,

    /// <summary>There were not enough copies.</summary>
    Refused,
}

/// <summary>An attempt to buy copies. One that is made again has the same key.</summary>
/// <param name="Key">Its <c>Idempotency-Key</c>, and whose it is.</param>
/// <param name="Variant">Of what.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Began">When it was sent, since the run began.</param>
/// <param name="Ended">When it was answered, or given up.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Order">The order, when there is one.</param>
public sealed record SaleAttempt(string Key, Guid Variant, int Quantity, TimeSpan Began, TimeSpan Ended, SaleOutcome Outcome, Guid? Order = null)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Began.TotalSeconds:F4} s to {Ended.TotalSeconds:F4} s  {Key} asks for {Quantity} of {Variant}: {Outcome switch
    {
        SaleOutcome.Accepted => $"order {Order}",
        SaleOutcome.Refused => "refused, there are not enough",
        _ => "no answer",
    }}");
}

/// <summary>An order as it is in the database after the run, of one variant.</summary>
/// <param name="Order">Which.</param>
/// <param name="Variant">Of what.</param>
/// <param name="Quantity">How many copies.</param>
/// <param name="HoldsCopies">Whether it takes copies from the others, which one that was given up does not.</param>
public sealed record StoredSale(Guid Order, Guid Variant, int Quantity, bool HoldsCopies)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"after the run    the database has order {Order}: {Quantity} of {Variant}{(HoldsCopies ? "" : ", given up")}");
}

/// <summary>Who tried to buy what. Many may record at once.</summary>
public sealed class SalesHistory
{
    private readonly ConcurrentQueue<SaleAttempt> _attempts = new();
    private readonly ConcurrentDictionary<Guid, TimeSpan> _givenUp = new();

    /// <summary>How many copies there were for sale, by variant; nobody else sells them, and none are added.</summary>
    public Dictionary<Guid, int> Copies { get; } = [];

    /// <summary>All attempts.</summary>
    public IReadOnlyCollection<SaleAttempt> Attempts => _attempts;

    /// <summary>Orders that somebody asked to give up, whether that was answered or not, and when.</summary>
    public IReadOnlyDictionary<Guid, TimeSpan> GivenUp => _givenUp;

    /// <summary>Records an attempt.</summary>
    public void Add(SaleAttempt attempt) => _attempts.Enqueue(attempt);

    /// <summary>Records that somebody is about to ask to give an order up.</summary>
    public void GiveUp(Guid order, TimeSpan at) => _givenUp.TryAdd(order, at);
}
