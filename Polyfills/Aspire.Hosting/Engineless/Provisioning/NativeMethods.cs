using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Calls of the C library that .NET has no method for.</summary>
internal static partial class NativeMethods
{
    /// <summary>Writes everything that waits in memory for a file's disk to it; an open file of that disk is all that is wanted.</summary>
    public static void SyncFileSystem(string file)
    {
        using var handle = File.OpenHandle(file);
        if (syncfs(handle) != 0)
            throw new IOException($"The disk of {file} could not be written to disk: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
    }

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool SendSignal(int processId, int signal)
    {
        const int noSuchProcess = 3; // ESRCH
        if (kill(processId, signal) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == noSuchProcess ? false : throw new Win32Exception(error);
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int syncfs(SafeHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int processId, int signal);
}
