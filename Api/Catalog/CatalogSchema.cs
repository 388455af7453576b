namespace Platform.Api.Catalog;

/// <summary>Names that the catalogue's tables share.</summary>
internal static class CatalogSchema
{
    internal const string Name = "catalog";

    /// <summary>The Unicode root order of ICU: letters by alphabet whatever their case or accent. Equality stays exact.</summary>
    internal const string HumanOrder = "und-x-icu";
}
