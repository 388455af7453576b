using System.Diagnostics.Metrics;

namespace Platform.Api.Catalog;

/// <summary>What happens to the catalogue, and what is sought in it; in Prometheus <c>platform_catalog_*</c>.</summary>
internal sealed class CatalogTelemetry
{
    private readonly Counter<long> _added;
    private readonly Counter<long> _searches;
    private readonly Counter<long> _empty;

    public CatalogTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Platform.Catalog");
        _added = meter.CreateCounter<long>("books_added_total", "{book}", "Books that administrators added.");
        _searches = meter.CreateCounter<long>("searches_total", "{search}", "Searches answered, from the cache too.");
        _empty = meter.CreateCounter<long>("searches_empty_total", "{search}", "Searches in the database that found nothing.");
        _added.Add(0);
        _searches.Add(0);
        _empty.Add(0);
    }

    internal void BookAdded() => _added.Add(1);

    internal void Searched() => _searches.Add(1);

    internal void FoundNothing() => _empty.Add(1);
}
