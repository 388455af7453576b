namespace Platform.Realtime.Changes;

/// <summary>The scripts, as they are in the files of their names; all compare positions, as <c>position.lua</c> does it.</summary>
internal static class LogScripts
{
    internal static readonly string Read = Load("read");
    internal static readonly string Take = Load("take");
    internal static readonly string Publish = Load("publish");

    private static string Load(string name) => Text("position") + Text(name);

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(LogScripts).Assembly.GetManifestResourceStream(name + ".lua")!);
        return reader.ReadToEnd();
    }
}
