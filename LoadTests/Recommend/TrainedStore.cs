using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Analytics;
using Platform.Analytics.Events;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Recommendations.Serving;
using Platform.Analytics.Recommendations.Training;
using Platform.LoadTests.Events;

namespace Platform.LoadTests.Recommend;

/// <summary>Takes ratings the way that reviews take: events, histories, a model that is put to use.</summary>
internal static class TrainedStore
{
    /// <summary>The database in Cosmos DB.</summary>
    internal const string Name = "recommend";

    /// <summary>Writes the events and waits until the projections have them; then trains.</summary>
    /// <returns>How long the training took, with its trial and the writing of the vectors.</returns>
    internal static async Task<TimeSpan> FillAsync(CosmosServer cosmos, Goodbooks data, int threads, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        (builder.Configuration["ConnectionStrings:cosmos"], builder.Configuration["Analytics:Database"], builder.Configuration["Recommendations:TrainingThreads"]) =
            (cosmos.ConnectionString, Name, FormattableString.Invariant($"{threads}"));
        builder.AddCosmosClients();
        builder.AddEventStore();
        builder.AddProjections();
        builder.AddRecommendations();
        builder.AddModelTraining();
        await using var app = builder.Build();
        var events = await WriteAsync(app.Services, [.. Events(data)], cancellationToken);

        // Of what the service does beside each other only this: it is what is waited for, and then it is quiet.
        var projecting = app.Services.GetServices<IHostedService>().OfType<ProjectionWorker>().Single();
        await projecting.StartAsync(cancellationToken);
        var projections = app.Services.GetRequiredService<ProjectionReader>();
        var (last, ratings) = (data.Kept.Keys.Max(), data.Kept[data.Kept.Keys.Max()].Count);
        while ((await projections.HistoryAsync(Goodbooks.ReaderId(last), cancellationToken))?.Books.Count != ratings)
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        await projecting.StopAsync(cancellationToken);

        var clock = Stopwatch.StartNew();
        var result = await app.Services.GetRequiredService<ModelTrainer>().TrainAsync(projections.HistoriesAsync(cancellationToken), events, cancellationToken);
        return result == TrainingResult.Published ? clock.Elapsed : throw new InvalidOperationException($"No model is used: {result}.");
    }

    private static async Task<Container> WriteAsync(IServiceProvider services, AnalyticsEvent[] all, CancellationToken cancellationToken)
    {
        var containers = services.GetRequiredService<EventContainers>();
        await containers.InsistAsync(_ => Task.FromResult(true), cancellationToken);
        var quiet = new ItemRequestOptions { EnableContentResponseOnWrite = false };
        foreach (var some in all.Chunk(10_000))
            await Task.WhenAll(some.Select(one => containers.Events.CreateItemAsync(one, new PartitionKey(one.Stream), quiet, cancellationToken)));
        return containers.Events;
    }

    // Reviews of the last reader come last: when they are in the history, all is.
    private static IEnumerable<AnalyticsEvent> Events(Goodbooks data)
    {
        var authors = data.Books.SelectMany(book => book.Authors).Distinct(StringComparer.Ordinal).Select((author, number) => (author, number)).ToDictionary(one => one.author, one => new Guid(one.number, 3, 0, new byte[8]), StringComparer.Ordinal);
        var about = data.Books.SelectMany(book => book.Authors.Distinct(StringComparer.Ordinal).Select(author => (book.Number, Type: "book.author-added", Data: (object)new { author_id = authors[author] }))
            .Prepend((book.Number, "book.added", new { title = book.Title.Title, series_name = book.Title.Series, series_number = book.Title.Number })));
        var reviews = data.Kept.OrderBy(reader => reader.Key).SelectMany(reader => reader.Value.Select(rating =>
            (rating.Book, Type: "book.review-added", Data: (object)new { id = Guid.CreateVersion7(), user_id = Goodbooks.ReaderId(rating.Reader), rating = rating.Stars })));
        var now = TimeProvider.System.GetUtcNow();
        return about.Concat(reviews).Select((one, number) => new AnalyticsEvent(
            FormattableString.Invariant($"{number:x8}"), $"book:{Goodbooks.BookId(one.Item1)}", one.Type, now, FormattableString.Invariant($"{number:x16}-1-00000000"), JsonSerializer.SerializeToElement(one.Data)));
    }
}
