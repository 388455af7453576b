using System.Text.Json;
using Platform.Analytics.Events;

namespace Platform.Tests.Analytics.Projections;

/// <summary>Events as the ingest writes them, numbered in the order in which they are made.</summary>
internal sealed class Told(DateTimeOffset now)
{
    private int _number;

    public AnalyticsEvent Product(Guid product, Guid book, Guid? category = null, string what = "added") =>
        Event($"product:{product}", $"product.{what}", new { book_id = book, category_id = category, status = "published" });

    public AnalyticsEvent Category(Guid book, Guid category, string what = "added") => Event($"book:{book}", $"book.category-{what}", new { category_id = category });

    public AnalyticsEvent Interaction(string kind, Guid book, Guid? user = null, Guid? product = null, string? shelf = null, DateTimeOffset? at = null) =>
        Event(user is null ? $"book:{book}" : $"user:{user}", $"interaction.{kind}", new { id = Guid.CreateVersion7(), user_id = user, book_id = book, product_id = product, shelf, at = at ?? now });

    public AnalyticsEvent Review(Guid book, Guid user, int? rating, string what = "added", DateTimeOffset? at = null) =>
        Event($"book:{book}", $"book.review-{what}", new { id = Guid.CreateVersion7(), user_id = user, rating, created_at = at ?? now }, at);

    public AnalyticsEvent Order(Guid order, Guid user, string status, string what = "updated", string currency = "EUR", DateTimeOffset? at = null) =>
        Event($"order:{order}", $"order.{what}", new { user_id = user, status, currency, total = 0, created_at = now }, at);

    public AnalyticsEvent Line(Guid order, int line, Guid product, int quantity, decimal price, string what = "added") =>
        Event($"order:{order}", $"order.item-{what}", new { line, variant_id = Guid.CreateVersion7(), product_id = product, quantity, unit_price = price });

    public AnalyticsEvent Forget(Guid user) => Event($"user:{user}", "user.forgotten", new { });

    public AnalyticsEvent Event(string stream, string type, object data, DateTimeOffset? at = null)
    {
        var number = ++_number;
        return new AnalyticsEvent($"{number:x8}", stream, type, at ?? now, $"{number:x16}-1-00000001", JsonSerializer.SerializeToElement(data));
    }
}
