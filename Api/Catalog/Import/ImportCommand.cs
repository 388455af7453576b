using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Platform.Api.Data;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Platform.Api.Catalog.Import;

/// <summary><c>import goodbooks &lt;folder&gt;</c>: real books and ratings from a folder into the catalogue.</summary>
internal static class ImportCommand
{
    private const int Failed = 1;
    private const int RowsRejected = 2;

    private static readonly Argument<string> Folder = new("folder") { Description = "Holds books.csv, genres.csv and ratings.csv of goodbooks-10k." };

    private static readonly Option<bool> Strict = new("--strict") { Description = "Exit with 2 when a row or a field was not usable; the rest is imported all the same." };

    private static readonly Option<string> Report = new("--report")
    {
        Description = "The file that names each row and field that was not usable, and why.",
        DefaultValueFactory = _ => "goodbooks-report.txt",
    };

    internal static Command Create()
    {
        var goodbooks = new Command("goodbooks", "Import goodbooks-10k: books, authors, genres and ratings. Repeating it changes nothing.") { Folder, Strict, Report };
        goodbooks.SetAction(RunAsync);
        return new Command("import", "Bring books from elsewhere into the catalogue.") { goodbooks };
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            if (arguments.UnmatchedTokens is [var unknown, ..])
            {
                throw new ImportException($"'{unknown}' is no option of import goodbooks; see --help.");
            }

            var connectionString = Host.CreateApplicationBuilder().Configuration.GetConnectionString("platform")
                ?? throw new ImportException("ConnectionStrings:platform is not set: import connects by it as platform_app.");
            using var report = new ImportReport(arguments.GetRequiredValue(Report));
            await using var cache = CommandCache.Open();
            var import = new GoodbooksImport(connectionString, TimeProvider.System, cache.Invalidation);
            IReadOnlyList<ImportedFile> files;
            try
            {
                files = await ShowAsync(progress => import.RunAsync(arguments.GetRequiredValue(Folder), report, progress, cancellationToken));
            }
            finally
            {
                await cache.FinishAsync(Console.Error);
            }

            await PrintAsync(Console.Out, files, report);
            return arguments.GetValue(Strict) && report.Rejected + report.Dropped > 0 ? RowsRejected : 0;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("import: stopped; start it again to go on from here.");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn)
        {
            await Console.Error.WriteLineAsync($"import: the database is not up to date ({e.MessageText}); run migrate first.");
        }
        catch (Exception e) when (e is ImportException or NpgsqlException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"import: {e.Message}");
        }

        return Failed;
    }

    /// <summary>Says in a few lines what an import did.</summary>
    internal static async Task PrintAsync(TextWriter output, IReadOnlyList<ImportedFile> files, ImportReport report)
    {
        var total = default(ImportCounts);
        foreach (var file in files)
        {
            total += file.Counts;
            var rate = file.Rows / Math.Max(file.Elapsed.TotalSeconds, 0.001);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{file.Name,-12} {file.Rows,9:N0} rows in {file.Elapsed.TotalSeconds,6:0.0} s ({rate:N0}/s): {file.Counts.Added:N0} new, {file.Counts.Changed:N0} changed, {file.Counts.Unchanged:N0} unchanged{(file.Counts.Withdrawn > 0 ? string.Create(CultureInfo.InvariantCulture, $", {file.Counts.Withdrawn:N0} of books deleted here") : "")}"));
        }

        if (report.Rejected + report.Dropped > 0)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{report.Rejected:N0} rows rejected, {report.Dropped:N0} fields left empty; each is named in {report.Path}"));
        }

        if (total.Added + total.Changed == 0)
        {
            await output.WriteLineAsync("Nothing changed: the catalogue already holds all of it.");
        }
    }

    private static Task<T> ShowAsync<T>(Func<Action<ImportProgress>, Task<T>> work) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected ? ShowBarAsync(work) : ShowLinesAsync(work);

    private static Task<T> ShowBarAsync<T>(Func<Action<ImportProgress>, Task<T>> work) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bars = new Dictionary<string, ProgressTask>();
                return work(progress =>
                {
                    if (!bars.TryGetValue(progress.File, out var bar))
                    {
                        foreach (var before in bars.Values)
                        {
                            before.Value = before.MaxValue;
                        }

                        bars[progress.File] = bar = context.AddTask(progress.File, maxValue: 1);
                    }

                    bar.State.Update<long>(RateColumn.Rows, _ => progress.Rows);
                    bar.Value = progress.Share;
                });
            });

    private static async Task<T> ShowLinesAsync<T>(Func<Action<ImportProgress>, Task<T>> work)
    {
        var file = "";
        var watch = new Stopwatch();
        var next = TimeSpan.Zero;
        return await work(progress =>
        {
            if (progress.File != file)
            {
                file = progress.File;
                next = TimeSpan.FromSeconds(2);
                watch.Restart();
            }
            else if (watch.Elapsed >= next && progress.Share > 0)
            {
                next = watch.Elapsed + TimeSpan.FromSeconds(2);
                var left = watch.Elapsed * ((1 - progress.Share) / progress.Share);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{file}: {progress.Share:P0}, {progress.Rows:N0} rows, {progress.Rows / watch.Elapsed.TotalSeconds:N0}/s, {left.TotalSeconds:0} s left"));
            }
        });
    }

    // Rows a second; the bar itself counts shares of the file.
    private sealed class RateColumn : ProgressColumn
    {
        internal const string Rows = "rows";

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var seconds = task.ElapsedTime?.TotalSeconds ?? 0;
            return new Text(seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{task.State.Get<long>(Rows) / seconds:N0}/s") : "");
        }
    }
}
