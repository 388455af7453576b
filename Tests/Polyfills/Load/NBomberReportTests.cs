using System.Xml.Linq;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace Platform.Tests.Polyfills.Load;

/// <summary>What the reports of a test say, and that the page needs nothing but itself.</summary>
public sealed class NBomberReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nbomber-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_format_that_is_wanted_is_a_file_with_the_figures()
    {
        var stats = Run("orders", ReportFormat.Txt, ReportFormat.Html, ReportFormat.Csv, ReportFormat.Md);

        Assert.Equal(["run.csv", "run.html", "run.md", "run.txt"], Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order());
        Assert.All(stats.ReportFiles, file =>
        {
            Assert.Equal(file.ReportContent, File.ReadAllText(file.FilePath));
            Assert.Contains("orders", file.ReportContent, StringComparison.Ordinal);
            Assert.Contains("pay", file.ReportContent, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_line_of_the_table_has_a_value_for_every_column()
    {
        var lines = Run("with, comma", ReportFormat.Csv).ReportFiles.Single().ReportContent.TrimEnd().Split('\n');

        var columns = lines[0].Split(',').Length;
        Assert.Equal(1 + 4, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.Equal(columns + 1, line.Split(',').Length));
        Assert.All(lines.Skip(1), line => Assert.Contains("\"with, comma\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere_and_nothing_in_it_is_run()
    {
        var page = Run("<b>a & b</b>", ReportFormat.Html).ReportFiles.Single().ReportContent;

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>a", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;a &amp; b&lt;/b&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_draws_each_chart_of_a_scenario()
    {
        var page = Run("orders", ReportFormat.Html).ReportFiles.Single().ReportContent;

        var charts = page.Split("<svg").Skip(1).Select(part => XElement.Parse("<svg" + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + "</svg>".Length)])).ToArray();
        Assert.Equal(["Iterations a second", "Latency in ms, of those that went well", "Latency in ms by percentile", "Under way at once"], charts.Select(c => c.Attribute("aria-label")!.Value));
        Assert.All(charts, chart => Assert.Contains(chart.Elements(), e => e.Name == "polyline" || e.Name == "circle"));
        Assert.All(charts, chart => Assert.DoesNotContain("NaN", chart.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_verdict_is_the_first_thing_it_says()
    {
        var text = Run("orders", ReportFormat.Txt).ReportFiles.Single().ReportContent;

        Assert.Equal("1 of 1 thresholds failed.", text.Split('\n')[1].TrimEnd());
    }

    private NodeStats Run(string name, params ReportFormat[] formats)
    {
        var scenario = Scenario.Create(name, async context =>
            {
                await Step.Run("pay", context, () => Task.FromResult(Response.Ok(statusCode: "200", sizeBytes: 100)));
                return Response.Ok();
            })
            .WithLoadSimulations(Simulation.Inject(50, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500)))
            .WithThresholds(Threshold.Create(stats => stats.Ok.Request.Count > 1_000, startCheckAfter: TimeSpan.FromHours(1)));

        return Quiet.Run(scenario, context => context.WithReportFolder(_folder).WithReportFileName("run").WithReportFormats(formats));
    }
}
