namespace Platform.ChangeStream;

/// <summary>A table of the publication.</summary>
/// <param name="FullName">As <c>schema.name</c>.</param>
/// <param name="Schema">The schema.</param>
/// <param name="Name">The name within it.</param>
/// <param name="Columns">Those that are published, in the table's order.</param>
/// <param name="Types">Of each column the name of its type.</param>
/// <param name="Key">The columns of the primary key, in its order; empty when there is none.</param>
/// <param name="KeyTypes">Of each of these the type as SQL writes it.</param>
/// <param name="RowFilter">Which rows are published, in SQL; null for all.</param>
internal sealed record PublishedTable(string FullName, string Schema, string Name, string[] Columns, string[] Types, string[] Key, string[] KeyTypes, string? RowFilter);
