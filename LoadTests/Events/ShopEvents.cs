using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;

namespace Platform.LoadTests.Events;

/// <summary>
/// What happened in a shop of 10,000 books within 90 days, always the same: of 20 events 12 views, 4 ratings, 2 put into a cart and 2 of
/// orders; few books and readers have most of them.
/// </summary>
internal static class ShopEvents
{
    private const int Books = 10_000;
    private const int Readers = 50_000;
    private const int Categories = 40;
    private static readonly TimeSpan Span = TimeSpan.FromDays(90);

    /// <summary>Writes so many.</summary>
    internal static async Task WriteAsync(Container events, int count, CancellationToken cancellationToken)
    {
        foreach (var some in All(TimeProvider.System.GetUtcNow() - Span, count).Chunk(10_000))
            await Task.WhenAll(some.Select(one => events.CreateItemAsync(one, new PartitionKey(one.Stream), EventContainers.Quiet, cancellationToken)));
    }

    private static IEnumerable<AnalyticsEvent> All(DateTimeOffset start, int count)
    {
        var random = new Random(1);
        for (var number = 0; number < count; number++)
        {
            var (stream, type, data) = number < 2 * Books ? Stocked(number) : Happened(random, number);
            yield return new AnalyticsEvent($"{number:x8}", stream, type, start + (Span * ((double)number / count)), $"{number:x16}-1-00000000", JsonSerializer.SerializeToElement(data));
        }
    }

    private static (string Stream, string Type, object Data) Stocked(int number) => number % 2 == 0
        ? ($"book:{Book(number / 2)}", "book.category-added", new { category_id = Id(3, number / 2 % Categories) })
        : ($"product:{Product(number / 2)}", "product.added", new { book_id = Book(number / 2), category_id = (Guid?)null, status = "active" });

    private static (string Stream, string Type, object Data) Happened(Random random, int number)
    {
        var (book, reader) = (Few(random, Books), Few(random, Readers));
        var user = Id(2, reader);
        return (number % 20) switch
        {
            < 12 => ($"user:{user}", "interaction.view", new { id = Id(5, number), user_id = user, book_id = Book(book) }),
            < 16 => ($"book:{Book(book)}", "book.review-added", new { id = Id(6, number), user_id = user, rating = random.Next(1, 6) }),
            < 18 => ($"user:{user}", "interaction.cart-add", new { id = Id(5, number), user_id = user, book_id = Book(book), product_id = Product(book) }),
            18 => ($"order:{Id(7, number)}", "order.item-added", new { line = 1, product_id = Product(book), quantity = 1, unit_price = 9.95m }),
            _ => ($"order:{Id(7, number - 1)}", "order.updated", new { user_id = user, status = "paid", currency = "EUR" }),
        };
    }

    private static int Few(Random random, int of) => (int)(of * Math.Pow(random.NextDouble(), 3));

    private static Guid Book(int number) => Id(1, number);

    private static Guid Product(int number) => Id(4, number);

    private static Guid Id(short kind, int number) => new(number, kind, 0, new byte[8]);
}
