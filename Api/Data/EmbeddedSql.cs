namespace Platform.Api.Data;

/// <summary>Longer SQL of migrations, kept in files beside what it is about.</summary>
internal static class EmbeddedSql
{
    /// <summary>The text of <c>{name}.sql</c>.</summary>
    /// <exception cref="InvalidOperationException">The assembly does not hold it.</exception>
    internal static string Read(string name)
    {
        using var stream = typeof(EmbeddedSql).Assembly.GetManifestResourceStream($"{name}.sql")
            ?? throw new InvalidOperationException($"The assembly does not hold {name}.sql.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
