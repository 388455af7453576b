using Platform.Api.Catalog.Search;

namespace Platform.LoadTests.Http;

/// <summary>The Api as it is deployed, on a bench's database.</summary>
internal static class BenchApi
{
    internal const string AdminKey = "bench-admin-key-0123456789";

    internal static ServerProcess Start(BenchDatabase database, string redis, IReadOnlyDictionary<string, string>? settings = null, int? processor = null) =>
        ServerProcess.Start(typeof(BookSearch).Assembly.Location, [], new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["ConnectionStrings__platform"] = database.App,
            ["ConnectionStrings__redis"] = redis,
            ["Admin__Key"] = AdminKey,
        }, processor);
}
