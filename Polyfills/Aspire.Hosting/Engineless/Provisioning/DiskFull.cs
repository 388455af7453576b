namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Recognises a disk, or the user's share of it, that has no room left.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT

    /// <summary>Tells whether an error of ours is about room. On Unix the HResult is the errno.</summary>
    public static bool Is(Exception exception) => exception is IOException { HResult: NoSpace or OverQuota };

    /// <summary>The same error as ours, from what a program said.</summary>
    public static IOException Error(string errors) => new(errors, NoSpace);

    /// <summary>Tells whether a program's error output is about room.</summary>
    public static bool IsSaidIn(string errors) =>
        errors.Contains("No space left on device", StringComparison.Ordinal)
        || errors.Contains("Disk quota exceeded", StringComparison.Ordinal)
        || errors.Contains("don't have enough free space", StringComparison.Ordinal);
}
