namespace Platform.Api.Catalog.Import;

/// <summary>What was wrong with the files, a line each: <c>books.csv:917: isbn 812971060: its check digit is wrong</c>.</summary>
internal sealed class ImportReport(string path) : IDisposable
{
    private StreamWriter? _writer;

    /// <summary>The report's file; it exists only when there is something to report.</summary>
    internal string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>How many rows were left out.</summary>
    internal int Rejected { get; private set; }

    /// <summary>How many fields were left empty in rows that were taken.</summary>
    internal int Dropped { get; private set; }

    /// <summary>Removes the report of an earlier run.</summary>
    /// <exception cref="ImportException">There is one that cannot be removed.</exception>
    internal void Start()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"The report {Path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Notes a row that is left out.</summary>
    internal void Reject(string file, int line, string problem)
    {
        Rejected++;
        Write(file, line, problem);
    }

    /// <summary>Notes a field that is left empty; the rest of its row is taken.</summary>
    internal void Drop(string file, int line, string problem)
    {
        Dropped++;
        Write(file, line, problem);
    }

    public void Dispose() => _writer?.Dispose();

    private void Write(string file, int line, string problem)
    {
        try
        {
            _writer ??= new StreamWriter(Path);
            // A value quoted in the problem may hold a line break; a problem is one line.
            _writer.WriteLine($"{file}:{line}: {problem.ReplaceLineEndings(" ")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"The report {Path} cannot be written: {e.Message}", e);
        }
    }
}
