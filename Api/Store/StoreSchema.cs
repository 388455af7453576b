namespace Platform.Api.Store;

/// <summary>Names that the store's tables share.</summary>
internal static class StoreSchema
{
    internal const string Name = "store";

    /// <summary>An ISO 4217 code, as a check on a column.</summary>
    internal static string CurrencyCheck(string column) => $"{column} ~ '^[A-Z]{{3}}$'";
}
