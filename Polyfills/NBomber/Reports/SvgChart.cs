using System.Globalization;
using System.Net;
using System.Text;

namespace NBomber.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Style">Its class in the page's style.</param>
/// <param name="Values">A value for each point of the chart; NaN where there is none.</param>
/// <param name="Filled">Whether the area below it is filled.</param>
internal sealed record ChartLine(string Name, string Style, IReadOnlyList<double> Values, bool Filled = false);

/// <summary>A line chart as inline SVG, which needs no script: what a point says is in the tip that browsers show of it.</summary>
/// <param name="Title">What it shows, with the unit.</param>
/// <param name="Points">Where each point lies from left (0) to right (1), and what it is called.</param>
/// <param name="Marks">Where the horizontal axis is labelled, and how.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Axis">The vertical axis.</param>
/// <param name="Format">How a value is written.</param>
internal sealed record SvgChart(string Title, IReadOnlyList<(double At, string Name)> Points, IReadOnlyList<(double At, string Name)> Marks, IReadOnlyList<ChartLine> Lines, ChartAxis Axis, Func<double, string> Format)
{
    private const int Width = 640;
    private const int Height = 240;
    private const int Left = 52;
    private const int Right = 12;
    private const int Top = 12;
    private const int Bottom = 26;

    internal void Append(StringBuilder html)
    {
        html.Append("<figure><figcaption>").Append(Encode(Title)).Append("<span class=\"legend\">");
        foreach (var line in Lines)
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"{line.Style}\">{Encode(line.Name)}</span>");
        html.Append(CultureInfo.InvariantCulture, $"</span></figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Encode(Title)}\">");
        AppendGrid(html);
        foreach (var line in Lines)
            AppendLine(html, line);
        AppendTips(html);
        html.Append("</svg></figure>\n");
    }

    private void AppendGrid(StringBuilder html)
    {
        foreach (var tick in Axis.Ticks)
        {
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):0.#}\" y2=\"{Y(tick):0.#}\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{ChartAxis.Label(tick)}</text>");
        }

        foreach (var (at, name) in Marks)
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{X(at):0.#}\" y=\"{Height - 8}\" text-anchor=\"{(at > 0.97 ? "end" : "middle")}\">{Encode(name)}</text>");
    }

    private void AppendLine(StringBuilder html, ChartLine line)
    {
        foreach (var run in Runs(line))
        {
            var points = string.Join(' ', run.Select(i => string.Create(CultureInfo.InvariantCulture, $"{X(Points[i].At):0.#},{Y(line.Values[i]):0.#}")));
            if (line.Filled)
                html.Append(CultureInfo.InvariantCulture, $"<polygon class=\"area {line.Style}\" points=\"{X(Points[run[0]].At):0.#},{Y(0):0.#} {points} {X(Points[run[^1]].At):0.#},{Y(0):0.#}\"/>");
            html.Append(run.Count == 1
                ? string.Create(CultureInfo.InvariantCulture, $"<circle class=\"dot {line.Style}\" r=\"2\" cx=\"{X(Points[run[0]].At):0.#}\" cy=\"{Y(line.Values[run[0]]):0.#}\"/>")
                : $"<polyline class=\"line {line.Style}\" points=\"{points}\"/>");
        }
    }

    /// <summary>Pieces without a gap: a second in which nothing ended has no latency, and a line over it would invent one.</summary>
    private static IEnumerable<IReadOnlyList<int>> Runs(ChartLine line)
    {
        var run = new List<int>();
        for (var index = 0; index <= line.Values.Count; index++)
        {
            if (index < line.Values.Count && !double.IsNaN(line.Values[index]))
            {
                run.Add(index);
                continue;
            }

            if (run.Count > 0)
                yield return run;
            run = [];
        }
    }

    private void AppendTips(StringBuilder html)
    {
        for (var index = 0; index < Points.Count; index++)
        {
            var from = index == 0 ? Left : (X(Points[index].At) + X(Points[index - 1].At)) / 2;
            var to = index == Points.Count - 1 ? Width - Right : (X(Points[index].At) + X(Points[index + 1].At)) / 2;
            var says = string.Join(", ", Lines.Where(l => !double.IsNaN(l.Values[index])).Select(l => $"{l.Name} {Format(l.Values[index])}"));
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"tip\" x=\"{from:0.#}\" y=\"{Top}\" width=\"{Math.Max(0, to - from):0.#}\" height=\"{Height - Top - Bottom}\"><title>{Encode(Points[index].Name)}: {Encode(says)}</title></rect>");
        }
    }

    private static double X(double at) => Left + (at * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (Axis.Place(value) * (Height - Top - Bottom));

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
