using System.CommandLine;
using System.Globalization;
using Platform.Analytics.Recommendations;
using Platform.LoadTests.Events;

namespace Platform.LoadTests.Recommend;

/// <summary>
/// <c>bench recommend</c>: how much of what readers liked is found for them, by what the service answers and by what everybody compares
/// with, on real ratings; how long a model takes, and an answer.
/// </summary>
internal static class RecommendBench
{
    // By how much the goals of the data (0.285, 0.335) are above the full autoencoder there (0.277, 0.332): on other splits figures are others.
    private const double RecallGoal = 0.285 / 0.277;
    private const double NdcgGoal = 0.335 / 0.332;
    private const double CoverageGoal = 0.30;
    private static readonly TimeSpan AnswerGoal = TimeSpan.FromMilliseconds(50);

    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "The goodbooks-10k data set.",
        DefaultValueFactory = _ => Path.Combine("..", "shared", "data", "goodbooks"),
    };

    private static readonly Option<string?> Aside = new("--aside") { Description = "Ratings to score with (user_id,book_id,rating); then all others are learned from. Without it a fifth of each reader's is set aside." };
    private static readonly Option<string?> Lists = new("--lists") { Description = "A file to write what was offered to, a reader a line: user_id, tab, book_id,book_id,…" };
    private static readonly Option<int> Threads = new("--threads") { Description = "On how many threads to train.", DefaultValueFactory = _ => Environment.ProcessorCount };

    internal static Command Create()
    {
        var command = new Command("recommend", "Recommendations against what readers liked.") { Folder, Aside, Lists, Threads };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await Console.Out.WriteLineAsync(Machine.Line("none"));
        var data = Goodbooks.Read(arguments.GetRequiredValue(Folder), arguments.GetValue(Aside));
        var work = new ParallelOptions { MaxDegreeOfParallelism = arguments.GetValue(Threads), CancellationToken = cancellationToken };
        await SayAsync("popularity", data.Score(Baselines.Popular(data)));
        await SayAsync("item-kNN (cosine, shrink 20, k 100)", data.Score(Baselines.ItemNeighbours(data)));
        var full = data.Score(Baselines.FullAutoencoder(data, work));
        await SayAsync("EASE in full (lambda 100)", full);

        using var cosmos = await CosmosServer.StartAsync(cancellationToken);
        var training = await TrainedStore.FillAsync(cosmos, data, work.MaxDegreeOfParallelism, cancellationToken);
        var (ours, time) = await AskAllAsync(cosmos, data, arguments.GetValue(Lists), cancellationToken);
        await SayAsync("Platform, served", ours);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"trained in {training.TotalSeconds:N0} s (trial, model and vectors); an answer: p50 {time.Median:N1} ms, p95 {time.Percentile(95):N1} ms"));
        return await ReachedAsync("Recall@20 / EASE in full", ours.Recall / full.Recall, RecallGoal) & await ReachedAsync("NDCG@10 / EASE in full", ours.Ndcg / full.Ndcg, NdcgGoal)
            & await ReachedAsync("coverage@20", ours.Coverage, CoverageGoal) & await ReachedAsync("50 ms / p95", AnswerGoal.TotalMilliseconds / time.Percentile(95), 1) ? 0 : 1;
    }

    private static async Task<(Evaluation Quality, Measured Time)> AskAllAsync(CosmosServer cosmos, Goodbooks data, string? lists, CancellationToken cancellationToken)
    {
        await using var served = await ServedRecommendations.StartAsync(cosmos, cancellationToken);
        // The first answers compile.
        foreach (var reader in data.Liked.Keys.Take(50))
            await served.AskAsync(reader, cancellationToken);
        var time = new Measured("an answer", "ms");
        var offers = new Dictionary<int, IReadOnlyList<int>>();
        foreach (var reader in data.Liked.Keys.Where(data.Kept.ContainsKey))
        {
            var (books, elapsed) = await served.AskAsync(reader, cancellationToken);
            offers[reader] = books;
            time.Add(elapsed.TotalMilliseconds);
        }

        if (lists is not null)
            await File.WriteAllLinesAsync(lists, offers.Select(one => $"{one.Key}\t{string.Join(',', one.Value)}"), cancellationToken);
        return (data.Score(reader => offers.GetValueOrDefault(reader, [])), time);
    }

    private static Task SayAsync(string what, Evaluation quality) => Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
        $"{what,-40} Recall@20 {quality.Recall:f4}  NDCG@10 {quality.Ndcg:f4}  coverage@20 {quality.Coverage:f3}  ({quality.Readers} readers)"));

    private static async Task<bool> ReachedAsync(string what, double figure, double goal)
    {
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what} = {figure:f3}, goal at least {goal:f3}: {(figure >= goal ? "reached" : "MISSED")}"));
        return figure >= goal;
    }
}
