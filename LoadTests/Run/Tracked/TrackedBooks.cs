using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.LoadTests.Run.Correctness;

namespace Platform.LoadTests.Run.Tracked;

/// <summary>
/// Books of the run's own, whose publisher is the number of the version: of each it is known who wrote what when, so that what
/// readers and subscribers see of it can be judged. The books of others stay as they are.
/// </summary>
internal sealed class TrackedBooks : IAsyncDisposable
{
    private const ulong BeyondAll = 0x7FFF_FFFF_FFFF_FFFF;

    private readonly Caller _caller;
    private readonly Account _admin;
    private readonly Tracked[] _books;

    private TrackedBooks(Caller caller, Account admin, Tracked[] books) => (_caller, _admin, _books) = (caller, admin, books);

    // One writer of a book at a time, so that versions follow each other.
    private sealed class Tracked(Guid id, string title)
    {
        internal Guid Id => id;

        internal string Title => title;

        internal SemaphoreSlim Gate { get; } = new(1);

        internal long Version { get; set; }

        /// <summary>Null when it is not known what is there.</summary>
        internal string? ETag { get; set; }

        /// <summary>Where the last write that was answered is.</summary>
        internal ulong Position { get; set; }
    }

    internal VersionHistory History { get; } = new();

    internal IReadOnlyList<Guid> Ids => [.. _books.Select(book => book.Id)];

    internal int Count => _books.Length;

    internal static async Task<TrackedBooks> CreateAsync(Caller caller, Account admin, int count, CancellationToken cancellationToken)
    {
        var books = new TrackedBooks(caller, admin, new Tracked[count]);
        for (var n = 0; n < count; n++)
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"Load test, volume {n + 1}");
            var token = await admin.TokenAsync(cancellationToken);
            var answer = await caller.InsistAsync("A book to be added", () => caller.SendAsync(null, HttpMethod.Post, "/api/v1/books", Content(title, 0), token, cancellationToken: cancellationToken), cancellationToken);
            var book = books._books[n] = new Tracked(JsonNode.Parse(answer.Body)!["id"]!.GetValue<Guid>(), title) { ETag = answer.ETag, Position = answer.Position ?? 0 };
            books.History.Add(new VersionWrite(book.Id.ToString(), 0, answer.Began, answer.Ended, answer.Position, answer.Node));
        }

        return books;
    }

    /// <summary>Reads a book as anybody does, and records what came.</summary>
    /// <param name="number">Which.</param>
    /// <param name="asksForLast">Whether it asks for the position of the last write.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<Answer> ReadAsync(int number, bool asksForLast, CancellationToken cancellationToken)
    {
        var book = _books[number];
        return await ReadAsync(book, "browse", asksForLast && book.Position is > 0 and var position ? position : null, cancellationToken);
    }

    /// <summary>Writes the next version of a book.</summary>
    /// <returns>What was answered; which version it was, and when the answer came as a timestamp.</returns>
    internal async Task<(Answer Answer, long Version)> WriteAsync(int number, CancellationToken cancellationToken)
    {
        var book = _books[number];
        await book.Gate.WaitAsync(cancellationToken);
        try
        {
            if (book.ETag is null && await ReadAsync(book, journey: null, BeyondAll, cancellationToken) is { IsGood: false } unread)
                return (unread, book.Version);

            var version = ++book.Version;
            var answer = await _caller.SendAsync(null, HttpMethod.Put, $"/api/v1/books/{book.Id}", Content(book.Title, version), await _admin.TokenAsync(cancellationToken), ("If-Match", book.ETag!), cancellationToken: cancellationToken);
            // What was refused did not happen; what was not answered may have, and may yet.
            if (answer.IsGood || answer.Status is 0 or >= 500)
                History.Add(new VersionWrite(book.Id.ToString(), version, answer.Began, answer.IsGood ? answer.Ended : null, answer.Position, answer.Node));
            (book.ETag, book.Position) = (answer.IsGood ? answer.ETag : null, answer.Position ?? book.Position);
            return (answer, version);
        }
        finally
        {
            book.Gate.Release();
        }
    }

    /// <summary>Deletes the books again.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var book in _books)
        {
            if (book.ETag is null)
                await ReadAsync(book, journey: null, BeyondAll, CancellationToken.None);
            if (book.ETag is not null)
                await _caller.SendAsync(null, HttpMethod.Delete, $"/api/v1/books/{book.Id}", null, await _admin.TokenAsync(), ("If-Match", book.ETag));
            book.Gate.Dispose();
        }
    }

    private async Task<Answer> ReadAsync(Tracked book, string? journey, ulong? atLeast, CancellationToken cancellationToken)
    {
        var answer = await _caller.GetAsync(journey, $"/api/v1/books/{book.Id}", atLeast: atLeast, cancellationToken: cancellationToken);
        if (answer.IsGood)
        {
            var version = long.Parse(JsonNode.Parse(answer.Body)!["publisher"]!.GetValue<string>(), CultureInfo.InvariantCulture);
            History.Add(new VersionRead(book.Id.ToString(), version, answer.Began, answer.Ended, atLeast, answer.Position, answer.Node));
            if (journey is null)
                book.ETag = answer.ETag;
        }

        return answer;
    }

    private static string Content(string title, long version) => JsonSerializer.Serialize(new { title, publisher = version.ToString(CultureInfo.InvariantCulture) });
}
