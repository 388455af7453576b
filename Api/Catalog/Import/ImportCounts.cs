namespace Platform.Api.Catalog.Import;

/// <summary>What became of the sound rows of a file.</summary>
/// <param name="Added">Rows of the database that are new.</param>
/// <param name="Changed">Rows that were there and now say what the file says.</param>
/// <param name="Unchanged">Rows that already said it.</param>
/// <param name="Withdrawn">Rows about a book that somebody has deleted here, which stays deleted.</param>
internal readonly record struct ImportCounts(int Added, int Changed, int Unchanged, int Withdrawn)
{
    public static ImportCounts operator +(ImportCounts a, ImportCounts b) =>
        new(a.Added + b.Added, a.Changed + b.Changed, a.Unchanged + b.Unchanged, a.Withdrawn + b.Withdrawn);
}
