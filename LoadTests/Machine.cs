using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Platform.LoadTests;

/// <summary>What a figure was measured on.</summary>
internal static class Machine
{
    /// <summary>Processors, memory, system: figures of the same can be compared.</summary>
    internal static string Hardware => string.Create(CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} x {Processor()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0} GB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");

    /// <summary>One line for the head of a result: processors, memory, versions, the commit.</summary>
    internal static string Line(string postgresVersion) => string.Create(CultureInfo.InvariantCulture,
        $"{Hardware}, PostgreSQL {postgresVersion}, commit {Commit()}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}");

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()
            : RuntimeInformation.ProcessArchitecture.ToString();

    private static string Commit()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", "describe --always --dirty") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            return commit == "" ? "unknown" : commit;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
