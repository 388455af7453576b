using System.Text.Unicode;
using CsvHelper;

namespace Platform.Api.Catalog.Import;

/// <summary>
/// A CSV file (RFC 4180, UTF-8 with or without a byte order mark, any line ending) with a header, read row by row in a
/// bounded amount of memory.
/// </summary>
internal sealed class CsvFile : IDisposable
{
    // Longer than any honest row: what runs on further is a quote that nobody closed, and would swallow the file.
    private const int MaxRecordBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly CsvReader _reader;
    private readonly int[] _columns;
    private bool _badQuote;

    private CsvFile(FileStream stream, string[] columns, bool keepBlankLines)
    {
        _stream = stream;
        Name = Path.GetFileName(stream.Name);
        _reader = CsvReader.Create(stream, new CsvReaderOptions
        {
            Separator = ',',
            SkipEmptyLines = !keepBlankLines,
            MaxRecordSize = MaxRecordBytes,
            TrackLineNumbers = true,
            OnMalformedRecord = _ => _badQuote = true,
        }, leaveOpen: true);
        Header = [.. Guarded(() => _reader.Headers).Select(name => name.Trim())];
        if (Header.Count == 0 || Header is [""])
        {
            throw new ImportException($"{Name} is empty: its first line must name the columns.");
        }

        _columns = [.. columns.Select(IndexOf)];

        int IndexOf(string column) => Array.IndexOf([.. Header], column) is >= 0 and var index
            ? index
            : throw new ImportException($"{Name} has no column '{column}': its first line names {string.Join(", ", Header)}.");
    }

    /// <summary>File name without its folder.</summary>
    internal string Name { get; }

    /// <summary>The names of the columns, in the file's order.</summary>
    internal IReadOnlyList<string> Header { get; }

    /// <summary>How much of the file has been read, 0 to 1.</summary>
    internal double Share => _stream.Length == 0 ? 1 : (double)_stream.Position / _stream.Length;

    /// <summary>The line that the current row begins at; the header is line 1.</summary>
    internal int Line => checked((int)_reader.LineNumber);

    /// <summary>Why the current row can not be used at all; null when it can.</summary>
    internal string? Problem { get; private set; }

    /// <summary>A field of the current row by its place in <see cref="Header"/>, with white space at its ends removed.</summary>
    internal string Field(int index) => _reader.GetString(index).Trim();

    /// <summary>A field of the current row, with white space at its ends removed.</summary>
    /// <param name="column">Index into the columns asked for when the file was opened.</param>
    internal string this[int column] => Field(_columns[column]);

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="folder">Where the file is.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="columns">The columns that must be there; <see cref="this"/> takes an index into them.</param>
    /// <param name="keepBlankLines">Whether a blank line is a row, as it is where a row's place has a meaning.</param>
    /// <exception cref="ImportException">There is no such file, or it lacks a column.</exception>
    internal static CsvFile Open(string folder, string name, string[] columns, bool keepBlankLines = false)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        }
        catch (FileNotFoundException e)
        {
            throw new ImportException($"{name} is missing from {folder}: a goodbooks folder holds books.csv, genres.csv and ratings.csv.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"{name} in {folder} cannot be read: {e.Message}", e);
        }

        try
        {
            return new CsvFile(stream, columns, keepBlankLines);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next row, usable or not.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="ImportException">The rest of the file cannot be told apart into rows.</exception>
    internal bool Read()
    {
        _badQuote = false;
        if (!Guarded(_reader.Read))
        {
            return false;
        }

        Problem = _badQuote ? "a quote stands where none may or is not closed"
            : _reader.FieldCount != Header.Count ? $"it has {_reader.FieldCount} fields instead of {Header.Count}"
            : !Utf8.IsValid(_reader.RawRecord) ? "its text is not UTF-8"
            : _reader.RawRecord.Contains((byte)0) ? "its text contains a NUL character"
            : null;
        return true;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException e)
        {
            throw new ImportException($"{Name} line {e.LineNumber}: the row is longer than {MaxRecordBytes:N0} bytes; a quote may not be closed.", e);
        }
        catch (IOException e)
        {
            throw new ImportException($"{Name} cannot be read: {e.Message}", e);
        }
    }
}
