namespace Aspire.Hosting.Engineless;

/// <summary>
/// A lock between processes, held by an open file: the kernel lets go of it when the process ends, however it ends.
/// The file itself stays, because removing it would let two processes lock two files of one name.
/// </summary>
internal static class FileLock
{
    /// <summary>Takes the lock, or gives <see langword="null"/> when another holds it.</summary>
    public static FileStream? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, AppHostFolders.OwnerOnly);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
