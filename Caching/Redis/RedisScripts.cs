namespace Platform.Caching.Redis;

/// <summary>The scripts, as they are in the files of their names; the client sends a script once and its hash from then on.</summary>
/// <remarks>A Redis without memory left takes no more values, but invalidations all the same (<c>allow-oom</c>): they add nothing to it.</remarks>
internal static class RedisScripts
{
    internal static readonly string Hello = Read("hello");
    internal static readonly string Invalidate = Read("invalidate");
    internal static readonly string InvalidateAll = Read("invalidate_all");
    internal static readonly string Fill = Read("fill");
    internal static readonly string Watermark = Read("watermark");

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(RedisScripts).Assembly.GetManifestResourceStream(name + ".lua")!);
        return reader.ReadToEnd();
    }
}
