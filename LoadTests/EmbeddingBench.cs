using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Platform.Api.Embeddings;

namespace Platform.LoadTests;

/// <summary>
/// <c>bench embeddings</c>: short texts a second that the local embedding takes on one thread, next to splitting the same
/// texts into words and hashing those, which is the least that any embedding of words must do.
/// </summary>
internal static class EmbeddingBench
{
    private const double GoalTextsPerSecond = 20_000;
    private const int TextsPerRound = 100_000;

    private static readonly string[] Texts =
    [
        "Pride and Prejudice\nJane Austen", "The War of the Worlds\nH. G. Wells", "Les Misérables\nVictor Hugo",
        "The Adventures of Sherlock Holmes\nArthur Conan Doyle", "Crime and Punishment\nFyodor Dostoevsky",
        "Twenty Thousand Leagues Under the Seas\nJules Verne", "The Picture of Dorian Gray\nOscar Wilde",
        "A Vindication of the Rights of Woman\nMary Wollstonecraft", "Die Leiden des jungen Werthers\nJohann Wolfgang von Goethe",
        "Thus Spoke Zarathustra: A Book for All and None\nFriedrich Nietzsche", "El ingenioso hidalgo don Quijote de la Mancha\nMiguel de Cervantes",
        "The Interpretation of Dreams\nSigmund Freud", "On the Origin of Species\nCharles Darwin", "Walden; or, Life in the Woods\nHenry David Thoreau",
    ];

    internal static Command Create()
    {
        var command = new Command("embeddings", "The local embedding against hashing the words of the same texts.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var vector = new float[LocalEmbedding.Dimensions];
        var hashing = new Measured("splitting and hashing words", "texts/s");
        var embedding = new Measured("local embedding", "texts/s");

        var ratio = await Measured.AgainstAsync(5, (hashing, () => RateOfAsync(Hash)), (embedding, () => RateOfAsync(text => LocalEmbedding.Embed(text, vector))));

        await Console.Out.WriteLineAsync($"{hashing}\n{embedding}");
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"embedding / hashing = {ratio:P0}; goal at least {GoalTextsPerSecond:N0} texts/s: {(embedding.Median >= GoalTextsPerSecond ? "reached" : "MISSED")}"));
        return embedding.Median >= GoalTextsPerSecond ? 0 : 1;

        Task<double> RateOfAsync(Action<string> work)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < TextsPerRound; i++)
                work(Texts[i % Texts.Length]);
            return Task.FromResult(TextsPerRound / watch.Elapsed.TotalSeconds);
        }

        void Hash(string text)
        {
            var words = new TextWords(text, stackalloc char[TextWords.MaxLength]);
            while (words.MoveNext())
                vector[(int)(StableHash.Of(words.Current) & 0xFF)]++;
        }
    }
}
