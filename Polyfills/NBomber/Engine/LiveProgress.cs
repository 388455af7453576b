using System.Globalization;
using NBomber.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NBomber.Engine;

/// <summary>
/// Shows how a test goes: on a terminal a table that is drawn anew every second, elsewhere a line for each scenario every
/// ten seconds; at the end the report.
/// </summary>
internal sealed class LiveProgress(bool shown)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly bool _terminal = AnsiConsole.Profile.Capabilities.Interactive && AnsiConsole.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;
    private TimeSpan _nextLine = LineEvery;
    private int _height;

    internal void Say(string line)
    {
        lock (_gate)
        {
            Erase();
            Console.Error.WriteLine($"nbomber: {line}");
        }
    }

    internal void Show(IReadOnlyList<Timeline> timelines)
    {
        if (!shown || timelines.Count == 0)
            return;
        lock (_gate)
        {
            if (_terminal)
                Draw(timelines);
            else if (timelines.Max(t => t.Run.Elapsed) >= _nextLine)
                WriteLines(timelines);
        }
    }

    internal void Finish(Report report)
    {
        if (!shown)
            return;
        lock (_gate)
        {
            Erase();
            Console.Out.WriteLine(TextReport.Write(report));
            foreach (var file in report.Stats.ReportFiles)
                Console.Out.WriteLine($"{file.ReportFormat}: {file.FilePath}");
        }
    }

    private void WriteLines(IReadOnlyList<Timeline> timelines)
    {
        _nextLine += LineEvery;
        foreach (var (timeline, cells) in timelines.Select(t => (t, Cells(t))).Where(t => t.Item2.Length > 0))
            Console.Out.WriteLine($"{timeline.Run.Scenario.ScenarioName}: {cells[1]}, {cells[2]}, ok {cells[3]}/s, fail {cells[4]}/s, p50 {cells[5]} ms, p95 {cells[6]} ms, p99 {cells[7]} ms, {cells[8]} under way");
    }

    /// <summary>Draws over the table of a second ago: whatever is written meanwhile stays above it.</summary>
    private void Draw(IReadOnlyList<Timeline> timelines)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("scenario", "time", "load", "ok/s", "fail/s", "p50 ms", "p95 ms", "p99 ms", "under way", "failed");
        foreach (var column in table.Columns.Skip(3))
            column.RightAligned();
        foreach (var cells in timelines.Select(Cells).Where(c => c.Length > 0))
            table.AddRow([.. cells.Select((cell, place) => (IRenderable)new Text(cell, place is 4 or 9 && cell != "0" ? new Style(Color.Red) : Style.Plain))]);
        Erase();
        AnsiConsole.Write(table);
        _height = table.GetSegments(AnsiConsole.Console).Count(s => s.IsLineBreak);
    }

    private void Erase()
    {
        if (_height > 0)
            Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"\e[{_height}A\e[0J"));
        _height = 0;
    }

    private static string[] Cells(Timeline timeline)
    {
        if (timeline.Samples.Count == 0)
            return [];
        var last = timeline.Samples[^1];
        return
        [
            timeline.Run.Scenario.ScenarioName,
            string.Create(CultureInfo.InvariantCulture, $@"{last.At:mm\:ss} of {timeline.Run.Scenario.Duration:mm\:ss}"),
            $"{last.Load.SimulationName} {last.Load.Value}",
            Figures.Rate(last.OkPerSecond),
            Figures.Rate(last.FailPerSecond),
            Figures.Milliseconds(last.Median.TotalMilliseconds),
            Figures.Milliseconds(last.Percent95.TotalMilliseconds),
            Figures.Milliseconds(last.Percent99.TotalMilliseconds),
            last.UnderWay.ToString(CultureInfo.InvariantCulture),
            timeline.Totals.Fail.Count.ToString(CultureInfo.InvariantCulture),
        ];
    }
}
