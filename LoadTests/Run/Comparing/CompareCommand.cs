using System.CommandLine;
using System.Globalization;

namespace Platform.LoadTests.Run.Comparing;

/// <summary>
/// <c>compare before after</c>: whether a load is served worse than it was, or whether the figures differ as they do by
/// chance. Each is a result that <c>run</c> wrote or a folder of them; several runs show what differs from run to run, too.
/// </summary>
public static class CompareCommand
{
    private static readonly Argument<string> Before = new("before") { Description = "A result, or a folder of results." };
    private static readonly Argument<string> After = new("after") { Description = "A result, or a folder of results." };
    private static readonly Option<double> Least = new("--least") { Description = "The smallest change that matters, in percent.", DefaultValueFactory = _ => 5 };

    internal static Command Create()
    {
        var compare = new Command("compare", "Tell a regression from noise. Exit code 1 for a regression, 2 when nothing can be said.") { Before, After, Least };
        compare.SetAction(arguments => Run(arguments.GetValue(Before)!, arguments.GetValue(After)!, arguments.GetValue(Least) / 100, Console.Out, Console.Error));
        return compare;
    }

    /// <summary>Compares and prints.</summary>
    /// <param name="before">A result, or a folder of results.</param>
    /// <param name="after">A result, or a folder of results.</param>
    /// <param name="least">The smallest change that matters, as a share.</param>
    /// <param name="output">Where the table is printed.</param>
    /// <param name="error">Where it is said why there is none.</param>
    /// <returns>1 for a regression, 2 when nothing can be said, otherwise 0.</returns>
    public static int Run(string before, string after, double least, TextWriter output, TextWriter error)
    {
        try
        {
            var comparison = Comparison.Of(Read(before), Read(after), least);
            foreach (var line in Lines(comparison))
                output.WriteLine(line);
            return comparison.HasRegression ? 1 : comparison.Rows.Any(row => row.Finding != Comparison.Finding.Unknown) ? 0 : 2;
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            error.WriteLine(e.Message);
            return 2;
        }
    }

    private static RunResult[] Read(string path)
    {
        RunResult[] results = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal).Select(RunResult.Read)] : [RunResult.Read(path)];
        return results.Length > 0 ? results : throw new FormatException($"{path} holds no result of a run.");
    }

    private static IEnumerable<string> Lines(Comparison comparison)
    {
        yield return "| figure | unit | before | after | change | 95 % interval | |";
        yield return "|---|---|---:|---:|---:|---:|---|";
        foreach (var row in comparison.Rows)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"| {row.Figure.Name} | {row.Figure.Unit} | {row.Shift.Before:#,0.###} | {row.Shift.After:#,0.###} | {row.Shift.Change:+0.0%;-0.0%;0.0%} | {row.Shift.Low:+0.0%;-0.0%;0.0%} to {row.Shift.High:+0.0%;-0.0%;0.0%} | {Says(row.Finding)} |");
        }
    }

    private static string Says(Comparison.Finding finding) => finding switch
    {
        Comparison.Finding.Regression => "REGRESSION",
        Comparison.Finding.Improvement => "improvement",
        Comparison.Finding.Unknown => "too few samples",
        _ => "noise",
    };
}
