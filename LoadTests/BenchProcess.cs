using System.Diagnostics;
using System.Globalization;

namespace Platform.LoadTests;

/// <summary>How a bench starts the processes that it measures and measures with.</summary>
internal static class BenchProcess
{
    private const string Taskset = "/usr/bin/taskset";

    /// <summary>Whether a process can be kept on one processor here, and there is one left for its callers.</summary>
    internal static bool CanPin => Environment.ProcessorCount > 1 && File.Exists(Taskset);

    /// <summary>This program with other arguments.</summary>
    internal static ProcessStartInfo Self(IEnumerable<string> words, int? processor = null) => Dotnet(typeof(BenchProcess).Assembly.Location, words, processor);

    /// <summary>An assembly, on all processors or on one, which it then counts as all there are.</summary>
    internal static ProcessStartInfo Dotnet(string assembly, IEnumerable<string> words, int? processor) => Pinned(["dotnet", "exec", assembly, .. words], processor);

    /// <summary>A program with its arguments, on all processors or on one.</summary>
    internal static ProcessStartInfo Pinned(IEnumerable<string> command, int? processor)
    {
        string[] pin = processor is { } one ? [Taskset, "--cpu-list", one.ToString(CultureInfo.InvariantCulture)] : [];
        string[] all = [.. pin, .. command];
        return new ProcessStartInfo(all[0], all[1..]);
    }
}
