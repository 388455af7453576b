namespace Platform.Analytics.Projections;

/// <summary>What aggregates are of: the partition keys of their container.</summary>
internal static class Subjects
{
    internal static string Book(Guid id) => $"book:{id}";

    internal static string Product(Guid id) => $"product:{id}";

    internal static string Category(Guid id) => $"category:{id}";

    internal static string Order(Guid id) => $"order:{id}";

    /// <summary>The books that are trending, of a category or of all.</summary>
    internal static string TrendingIn(Guid? category) => category is { } one ? $"trending:{one}" : "trending";

    /// <summary>The products that were bought together with one.</summary>
    internal static string TogetherWith(Guid product) => $"together:{product}";
}
