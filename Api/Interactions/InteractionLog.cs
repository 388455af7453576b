using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Api.Data;

namespace Platform.Api.Interactions;

/// <summary>Takes interactions: rows, and a logical message for each by which other services hear of it, in one transaction.</summary>
internal sealed class InteractionLog(PlatformDbContext db, TimeProvider clock)
{
    /// <summary>The prefix of the messages: chunks of a hypertable are not published.</summary>
    internal const string MessagePrefix = "platform.interaction";

    /// <summary>So long ago it may have happened: clients keep what they could not send.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    /// <summary>So far ahead a client's clock may be.</summary>
    internal static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    // By then whatever was taken would be refused for its age, so that its key need not be known.
    private static readonly TimeSpan KeysKeptFor = MaxAge + TimeSpan.FromDays(1);

    // More than a request adds, so that there are never more than those of that time.
    private const int KeysDeletedAtOnce = 2 * InteractionRequest.MaxCount;

    /// <summary>What was done with interactions that were sent together.</summary>
    /// <param name="Accepted">How many were taken.</param>
    /// <param name="Duplicates">How many had been taken before.</param>
    /// <param name="Refused">The others.</param>
    internal sealed record Receipt(int Accepted, int Duplicates, IReadOnlyList<Refusal> Refused);

    /// <summary>One that was not taken, and would not be if it were sent again.</summary>
    /// <param name="Index">Its place among those sent, from 0.</param>
    /// <param name="Reason">One of <c>too-old</c>, <c>in-the-future</c>, <c>needs-login</c>, <c>unknown-book</c>, <c>unknown-product</c>.</param>
    internal sealed record Refusal(int Index, string Reason);

    private sealed record Message(
        string Kind, Guid Id, [property: JsonPropertyName("user_id")] Guid? UserId, [property: JsonPropertyName("book_id")] Guid BookId,
        [property: JsonPropertyName("product_id")] Guid? ProductId, string? Shelf, DateTimeOffset At)
    {
        private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

        internal static string Of(Interaction one) => JsonSerializer.Serialize(new Message(one.Kind, one.Id, one.UserId, one.BookId, one.ProductId, one.Shelf, one.At), Options);
    }

    /// <summary>Takes what can be taken; the rest is said to be refused, so that a client does not keep it for ever.</summary>
    /// <param name="user">Whose they all are; null for somebody who is not logged in.</param>
    /// <param name="sent">In the order in which they were sent.</param>
    /// <param name="cancellationToken">Stops; nothing is then taken.</param>
    internal async Task<Receipt> AddAsync(Guid? user, IReadOnlyList<Interaction> sent, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.BeginAsync(new RowScope(user), cancellationToken);
        // An account that is being deleted is waited for: what is written of it afterwards nobody would remove.
        var isGone = user is { } id && (await db.Database.SqlQuery<Guid>($"""SELECT id AS "Value" FROM identity.users WHERE id = {id} FOR KEY SHARE""").ToListAsync(cancellationToken)).Count == 0;
        var unknown = await FindUnknownAsync(sent, cancellationToken);
        var refused = sent.Select((one, index) => new Refusal(index, isGone ? "needs-login" : ReasonToRefuse(one, now) ?? unknown.GetValueOrDefault(index) ?? "")).Where(refusal => refusal.Reason != "").ToList();
        var taken = sent.Where((_, index) => refused.TrueForAll(refusal => refusal.Index != index)).DistinctBy(one => one.Id).ToList();
        var accepted = taken.Count == 0 ? 0 : await InsertAsync(taken, now, cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM telemetry.interaction_keys WHERE id IN (
                SELECT id FROM telemetry.interaction_keys WHERE received_at < {now - KeysKeptFor} ORDER BY received_at LIMIT {KeysDeletedAtOnce} FOR UPDATE SKIP LOCKED)
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Receipt(accepted, sent.Count - refused.Count - accepted, refused);
    }

    /// <summary>Deletes what a user did, within the transaction of the account's deletion.</summary>
    internal static async Task<ProblemHttpResult?> ForgetAsync(Guid userId, PlatformDbContext db, CancellationToken cancellationToken)
    {
        // By way of a subquery: TimescaleDB cannot plan the plain statement where a policy is about the same column.
        await db.Database.ExecuteSqlAsync($"DELETE FROM telemetry.interactions WHERE (id, at) IN (SELECT id, at FROM telemetry.interactions WHERE user_id = {userId})", cancellationToken);
        return null;
    }

    private static string? ReasonToRefuse(Interaction one, DateTimeOffset now) =>
        one.At > now + MaxAhead ? "in-the-future"
        : one.At < now - MaxAge ? "too-old"
        : one.UserId is null && Array.IndexOf(Interaction.AnonymousKinds, one.Kind) < 0 ? "needs-login"
        : null;

    private async Task<Dictionary<int, string>> FindUnknownAsync(IReadOnlyList<Interaction> sent, CancellationToken cancellationToken)
    {
        var (books, products) = (sent.Select(one => one.BookId).ToArray(), sent.Select(one => one.ProductId).ToArray());
        var found = await db.Database.SqlQuery<Unknown>($"""
            SELECT (s.place - 1)::int AS "Index", b.id IS NULL AS "IsBook"
            FROM unnest({books}, {products}) WITH ORDINALITY AS s (book_id, product_id, place)
            LEFT JOIN catalog.books b ON b.id = s.book_id AND b.deleted_at IS NULL
            LEFT JOIN store.products p ON p.id = s.product_id AND p.book_id = s.book_id
            WHERE b.id IS NULL OR (s.product_id IS NOT NULL AND p.id IS NULL)
            """).ToListAsync(cancellationToken);
        return found.ToDictionary(one => one.Index, one => one.IsBook ? "unknown-book" : "unknown-product");
    }

    private sealed record Unknown(int Index, bool IsBook);

    // Whoever sends the same at the same time waits at the unique key until this is committed, and finds it there. In the order of
    // the keys, so that two who have several in common wait for each other one way.
    private async Task<int> InsertAsync(List<Interaction> taken, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (ids, kinds, users, books) = (taken.Select(one => one.Id).ToArray(), taken.Select(one => one.Kind).ToArray(), taken.Select(one => one.UserId).ToArray(), taken.Select(one => one.BookId).ToArray());
        var (products, shelves, times) = (taken.Select(one => one.ProductId).ToArray(), taken.Select(one => one.Shelf).ToArray(), taken.Select(one => one.At).ToArray());
        var messages = taken.Select(Message.Of).ToArray();
        var counted = await db.Database.SqlQuery<int>($"""
            WITH sent AS (
                SELECT * FROM unnest({ids}, {kinds}, {users}, {books}, {products}, {shelves}, {times}, {messages}) WITH ORDINALITY
                    AS s (id, kind, user_id, book_id, product_id, shelf, at, message, place)
            ), fresh AS (
                INSERT INTO telemetry.interaction_keys (id, received_at) SELECT id, {now} FROM sent ORDER BY id
                ON CONFLICT (id) DO NOTHING RETURNING id
            ), stored AS (
                INSERT INTO telemetry.interactions (id, kind, user_id, book_id, product_id, shelf, at)
                SELECT id, kind, user_id, book_id, product_id, shelf, at FROM sent JOIN fresh USING (id)
            )
            SELECT count(pg_logical_emit_message(true, {MessagePrefix}, message))::int AS "Value"
            FROM (SELECT message FROM sent JOIN fresh USING (id) ORDER BY place) AS told
            """).ToListAsync(cancellationToken);
        return counted[0];
    }
}
