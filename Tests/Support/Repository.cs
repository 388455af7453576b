namespace Platform.Tests.Support;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>Absolute path of the folder that holds <c>Platform.sln</c>.</summary>
    public static string Root { get; } = FindUpwards("Platform.sln")
        ?? throw new InvalidOperationException($"No Platform.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");

    /// <summary>
    /// A file or folder of the real data set that lies beside the checkout in <c>shared/data</c>; skips the
    /// calling test when this machine has none, since the data is not part of the repository.
    /// </summary>
    public static string SharedData(string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", relativePath));
        Assert.SkipUnless(Path.Exists(path), $"needs the real data set: {Path.Combine("..", "shared", "data", relativePath)} is absent");
        return path;
    }

    private static string? FindUpwards(string fileName)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, fileName)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
