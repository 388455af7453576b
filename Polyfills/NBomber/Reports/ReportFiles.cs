using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Reports;

/// <summary>Writes the reports that are wanted.</summary>
internal static class ReportFiles
{
    internal static async Task<ReportFile[]> WriteAsync(Report report, NBomberContext context)
    {
        if (context.ReportFormats.Count == 0)
            return [];
        var name = context.ReportFileName ?? FormattableString.Invariant($"nbomber_report_{report.Stats.TestInfo.Created:yyyy-MM-dd--HH-mm-ss}");
        var folder = Directory.CreateDirectory(context.ReportFolder).FullName;
        var files = new List<ReportFile>();
        foreach (var format in context.ReportFormats.Distinct())
        {
            var (content, extension) = format switch
            {
                ReportFormat.Html => (HtmlReport.Write(report), "html"),
                ReportFormat.Csv => (CsvReport.Write(report), "csv"),
                ReportFormat.Md => (MarkdownReport.Write(report), "md"),
                _ => (TextReport.Write(report), "txt"),
            };
            var path = Path.Combine(folder, $"{name}.{extension}");
            await File.WriteAllTextAsync(path, content);
            files.Add(new() { FilePath = path, ReportFormat = format, ReportContent = content });
        }

        return [.. files];
    }
}
