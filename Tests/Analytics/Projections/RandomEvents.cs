using Platform.Analytics.Events;

namespace Platform.Tests.Analytics.Projections;

/// <summary>What a small shop tells, at random: few of each kind of thing, so that the same are met again and again.</summary>
internal sealed class RandomEvents(Random random, DateTimeOffset now)
{
    private static readonly string[] Kinds = ["view", "view", "view", "search-click", "cart-add", "shelf-add", "hide"];
    private static readonly string[] Shelves = ["want", "reading", "read"];

    private readonly Told _told = new(now);
    private readonly Guid[] _users = Ids(6), _books = Ids(8), _products = Ids(8), _categories = Ids(3);
    private readonly List<(Guid Id, Guid User, string Status)> _orders = [];

    /// <summary>Some more, in the order in which they happen.</summary>
    public IEnumerable<AnalyticsEvent> Next(int count)
    {
        while (count > 0)
        {
            foreach (var one in Some())
            {
                yield return one;
                count--;
            }
        }
    }

    private IEnumerable<AnalyticsEvent> Some() => random.Next(20) switch
    {
        < 2 => [_told.Product(Any(_products), Any(_books), random.Next(2) == 0 ? Any(_categories) : null, random.Next(2) == 0 ? "added" : "updated")],
        < 4 => [_told.Category(Any(_books), Any(_categories), random.Next(4) == 0 ? "removed" : "added")],
        < 12 => [_told.Interaction(Any(Kinds), Any(_books), random.Next(4) == 0 ? null : Any(_users), random.Next(2) == 0 ? Any(_products) : null, Any(Shelves), Moment())],
        < 15 => [_told.Review(Any(_books), Any(_users), random.Next(1, 6), Any("added", "updated", "removed"), Moment())],
        < 17 => Placed(),
        < 19 => MovedOn(),
        _ => random.Next(8) == 0 ? [_told.Forget(Any(_users))] : [],
    };

    private IEnumerable<AnalyticsEvent> Placed()
    {
        var (order, user) = (Guid.CreateVersion7(), Any(_users));
        _orders.Add((order, user, "pending"));
        yield return _told.Order(order, user, "pending", "added", at: Moment());
        for (var line = random.Next(1, 4); line > 0; line--)
            yield return _told.Line(order, line, Any(_products), random.Next(1, 4), random.Next(1, 2_000) / 100m);
    }

    private IEnumerable<AnalyticsEvent> MovedOn()
    {
        if (_orders.Count == 0)
            yield break;
        var place = random.Next(_orders.Count);
        var (order, user, status) = _orders[place];
        status = status switch { "pending" => Any("paid", "paid", "cancelled", "expired"), "paid" => Any("shipped", "refunded"), "shipped" => "delivered", "delivered" => "refunded", _ => status };
        _orders[place] = (order, user, status);
        yield return _told.Order(order, user, status, at: Moment());
    }

    private DateTimeOffset Moment() => now.AddMinutes(-random.Next(180));

    private T Any<T>(params T[] of) => of[random.Next(of.Length)];

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
}
