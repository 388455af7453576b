using Npgsql;
using Platform.ChangeStream;

namespace Platform.Realtime.Publishing;

/// <summary>
/// Which products clients may know of, and whose variants are whose: rows of variants and of stock do not say it. Asked of the
/// database when the slot is taken, kept by what the stream says from then on.
/// </summary>
/// <remarks>
/// The database is ahead of the stream. So a product that has just been shown may be taken for shown a moment too early, by
/// when it is, and one that has just been withdrawn for withdrawn.
/// </remarks>
internal sealed class ShownProducts(string connectionString) : IAsyncDisposable
{
    // Beyond it they are asked for again, when there is a change of their stock.
    private const int MostVariants = 200_000;

    private readonly NpgsqlDataSource _source = new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "realtime", MaxPoolSize = 2, Enlist = false, Timeout = 5, CommandTimeout = 30 }.ConnectionString) { Name = "realtime" }.Build();
    private readonly Dictionary<Guid, (Guid ProductId, bool IsActive)?> _variants = [];
    private HashSet<Guid> _shown = [];
    private ChangeStreamSession? _session;

    /// <summary>Asks for what has to be known to tell of a batch.</summary>
    internal async ValueTask LearnAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (_session != batch.Session)
        {
            _shown = await ShownAsync(cancellationToken).ConfigureAwait(false);
            _variants.Clear();
            _session = batch.Session;
        }

        Guid[] needed = [.. batch.Changes.Where(change => change.Table.FullName == "store.inventory" && change.Operation != ChangeOperation.Truncate)
            .Select(change => Guid.Parse(change["variant_id"].Text!)).Distinct()];
        if (_variants.Count + needed.Length > MostVariants)
            _variants.Clear();
        Guid[] unknown = [.. needed.Where(id => !_variants.ContainsKey(id))];
        if (unknown.Length > 0)
            await LearnVariantsAsync(unknown, cancellationToken).ConfigureAwait(false);
    }

    internal bool IsShown(string productId) => _shown.Contains(Guid.Parse(productId));

    internal bool IsVariantShown(string variantId) =>
        _variants.GetValueOrDefault(Guid.Parse(variantId)) is { IsActive: true } variant && _shown.Contains(variant.ProductId);

    /// <summary>Keeps what a change of a product says.</summary>
    /// <returns>Whether it is shown from now on.</returns>
    internal bool Note(Change product, string id)
    {
        var isShown = product.After is not null && product.After["status"].Text is not (null or "draft");
        if (isShown)
            _shown.Add(Guid.Parse(id));
        else
            _shown.Remove(Guid.Parse(id));
        return isShown;
    }

    /// <summary>Keeps what a change of a variant says.</summary>
    internal void NoteVariant(Change variant)
    {
        if (variant.Operation != ChangeOperation.Truncate)
            Keep(Guid.Parse(variant["id"].Text!), (Guid.Parse(variant["product_id"].Text!), variant.After is not null && variant.After["is_active"].Text == "t"));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<HashSet<Guid>> ShownAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT id FROM store.products WHERE status <> 'draft'");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        HashSet<Guid> shown = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            shown.Add(reader.GetGuid(0));
        return shown;
    }

    private async Task LearnVariantsAsync(Guid[] unknown, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand("SELECT id, product_id, is_active FROM store.product_variants WHERE id = ANY ($1)");
        command.Parameters.Add(new() { Value = unknown });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        // Those that are gone by now are nobody's.
        foreach (var id in unknown)
            _variants[id] = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            _variants[reader.GetGuid(0)] = (reader.GetGuid(1), reader.GetBoolean(2));
    }

    private void Keep(Guid id, (Guid, bool) variant)
    {
        if (_variants.Count < MostVariants || _variants.ContainsKey(id))
            _variants[id] = variant;
    }
}
