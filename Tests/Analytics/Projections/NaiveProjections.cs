using System.Text.Json;
using Platform.Analytics.Events;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Documents;

namespace Platform.Tests.Analytics.Projections;

/// <summary>What projections have to be: all events added up in memory, one after the other, by the shortest code that does it.</summary>
internal sealed class NaiveProjections
{
    private readonly Dictionary<string, HashSet<string>> _categoriesOfBook = [];
    private readonly Dictionary<string, (string Book, string? Category)> _products = [];
    private readonly Dictionary<string, JsonElement> _orders = [];
    private readonly Dictionary<string, SortedDictionary<int, JsonElement>> _lines = [];
    private readonly HashSet<string> _forgotten = [];

    /// <summary>By subject, window and what is counted.</summary>
    public SortedDictionary<string, decimal> Counted { get; } = new(StringComparer.Ordinal);

    /// <summary>By product and the other one.</summary>
    public SortedDictionary<string, int> Together { get; } = new(StringComparer.Ordinal);

    /// <summary>By reader, book and what is known.</summary>
    public SortedDictionary<string, string> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>By category, or none, and book: the numbers of an hour.</summary>
    public SortedDictionary<string, double> Trending { get; } = new(StringComparer.Ordinal);

    public void Add(AnalyticsEvent one)
    {
        var (kind, id) = (one.Type, one.Stream[(one.Stream.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        var at = Text(one.Data, "at") is { } told ? DateTimeOffset.Parse(told, null) : one.At;
        switch (kind)
        {
            case "book.category-added":
                CategoriesOf(id).Add(Text(one.Data, "category_id")!);
                break;
            case "book.category-removed":
                CategoriesOf(id).Remove(Text(one.Data, "category_id")!);
                break;
            case "product.added" or "product.updated":
                _products[id] = (Text(one.Data, "book_id")!, Text(one.Data, "category_id"));
                break;
            case "book.review-added" or "book.review-updated" or "book.review-removed":
                Review(one, id, kind, at);
                break;
            case "user.forgotten":
                _forgotten.Add(id);
                foreach (var known in Known.Keys.Where(key => key.StartsWith(id, StringComparison.Ordinal)).ToList())
                    Known.Remove(known);
                break;
            case "order.added" or "order.updated" or "order.item-added":
                Order(one, id, kind, at);
                break;
            default:
                Interaction(one, kind["interaction.".Length..], at);
                break;
        }
    }

    private void Interaction(AnalyticsEvent one, string kind, DateTimeOffset at)
    {
        var (book, user, product) = (Text(one.Data, "book_id")!, Text(one.Data, "user_id"), Text(one.Data, "product_id"));
        if (user is not null)
            Know(user, book, kind switch { "shelf-add" => "shelf", "hide" => "hidden", _ => kind }, before => kind switch { "shelf-add" => Text(one.Data, "shelf")!, "hide" => "True", _ => Plus(before, 1) });
        if (kind == "hide")
            return;
        var categories = Categories(book, product);
        foreach (var subject in new[] { $"book:{book}", product is null ? null : $"product:{product}" }.OfType<string>().Concat(categories.Select(category => $"category:{category}")))
            Count(subject, at, kind, 1);
        Trend(book, categories, at, kind is "view" or "search-click" ? 1 : 3);
    }

    private void Review(AnalyticsEvent one, string book, string kind, DateTimeOffset at)
    {
        var rating = kind == "book.review-removed" ? (int?)null : one.Data.GetProperty("rating").GetInt32();
        Know(Text(one.Data, "user_id")!, book, "rating", _ => rating is null ? "" : $"{rating}");
        if (kind != "book.review-added")
            return;
        var categories = Categories(book, null);
        foreach (var subject in categories.Select(category => $"category:{category}").Prepend($"book:{book}"))
        {
            Count(subject, at, "ratings", 1);
            Count(subject, at, "stars", rating!.Value);
        }

        if (rating >= 4)
            Trend(book, categories, at, 3);
    }

    private void Order(AnalyticsEvent one, string id, string kind, DateTimeOffset at)
    {
        var wasPaid = _orders.TryGetValue(id, out var before) && Text(before, "status") is "paid" or "shipped" or "delivered";
        if (kind == "order.item-added")
        {
            // The generator pays after all lines are there.
            _lines.TryAdd(id, []);
            _lines[id][one.Data.GetProperty("line").GetInt32()] = one.Data;
            return;
        }

        _orders[id] = one.Data;
        var isPaid = Text(one.Data, "status") is "paid" or "shipped" or "delivered";
        if (isPaid == wasPaid)
            return;
        var sign = isPaid ? 1 : -1;
        var lines = _lines[id].Values.Select(line => (Product: Text(line, "product_id")!, Quantity: line.GetProperty("quantity").GetInt32(), Amount: line.GetProperty("quantity").GetInt32() * line.GetProperty("unit_price").GetDecimal())).ToList();
        var bySubject = lines.SelectMany(line => SubjectsOf(line.Product).Select(subject => (subject, line))).GroupBy(one => one.subject);
        foreach (var subject in bySubject)
        {
            Count(subject.Key, at, isPaid ? "orders" : "refunds", 1);
            if (isPaid)
                Count(subject.Key, at, "quantity", subject.Sum(sold => sold.line.Quantity));
            Count(subject.Key, at, (isPaid ? "revenue " : "refunded ") + Text(one.Data, "currency"), subject.Sum(sold => sold.line.Amount));
        }

        foreach (var line in lines.Where(line => _products.ContainsKey(line.Product)))
            Know(Text(one.Data, "user_id")!, _products[line.Product].Book, "bought", bought => Plus(bought, sign * line.Quantity));
        var products = lines.Select(line => line.Product).Distinct().ToList();
        foreach (var (a, b) in products.SelectMany(_ => products, (a, b) => (a, b)).Where(pair => pair.a != pair.b))
            Together[$"{a} {b}"] = Together.GetValueOrDefault($"{a} {b}") + sign;
        foreach (var book in isPaid ? products.Where(_products.ContainsKey).GroupBy(product => _products[product].Book) : [])
            Trend(book.Key, [.. book.SelectMany(product => Categories(book.Key, product)).Distinct()], at, 5);
    }

    private IEnumerable<string> SubjectsOf(string product) => _products.TryGetValue(product, out var known)
        ? Categories(known.Book, product).Select(category => $"category:{category}").Prepend($"book:{known.Book}").Prepend($"product:{product}")
        : [$"product:{product}"];

    private HashSet<string> CategoriesOf(string book) => _categoriesOfBook.TryGetValue(book, out var categories) ? categories : _categoriesOfBook[book] = [];

    private List<string> Categories(string book, string? product) =>
        [.. CategoriesOf(book).Union(product is not null && _products.TryGetValue(product, out var known) && known.Category is { } category ? [category] : [])];

    private void Count(string subject, DateTimeOffset at, string what, decimal by)
    {
        foreach (var size in WindowSize.All)
            Counted[$"{subject} {size.IdAt(at)} {what}"] = Counted.GetValueOrDefault($"{subject} {size.IdAt(at)} {what}") + by;
    }

    private void Trend(string book, List<string> categories, DateTimeOffset at, double weight)
    {
        foreach (var subject in categories.Select(category => $"trending:{category}").Prepend("trending"))
            Trending[$"{subject} {book}"] = TrendingScore.Add(Trending.TryGetValue($"{subject} {book}", out var sum) ? sum : null, at, TrendingWindow.Hour, weight);
    }

    private void Know(string user, string book, string what, Func<string, string> change)
    {
        if (!_forgotten.Contains(user))
            Known[$"{user} {book} {what}"] = change(Known.GetValueOrDefault($"{user} {book} {what}", ""));
    }

    private static string Plus(string before, int more) => $"{(before == "" ? 0 : int.Parse(before, null)) + more}";

    private static string? Text(JsonElement data, string name) => data.TryGetProperty(name, out var value) ? value.GetString() : null;
}
