namespace Platform.ChangeStream;

/// <summary>The tables in which readers remember what their slots do not; for the migrations of the database that is read.</summary>
public static class ChangeStreamSchema
{
    /// <summary>Makes them, in the schema <c>ops</c>, which has to be there. Readers need SELECT, INSERT, UPDATE and DELETE on them.</summary>
    public static string Create
    {
        get
        {
            using var reader = new StreamReader(typeof(ChangeStreamSchema).Assembly.GetManifestResourceStream("change_stream.sql")!);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Removes them.</summary>
    public static string Drop => "DROP TABLE ops.change_stream_snapshots, ops.change_streams;";
}
