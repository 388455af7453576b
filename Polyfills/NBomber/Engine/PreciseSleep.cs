using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace NBomber.Engine;

/// <summary>
/// Sleeps for less than a millisecond, too, which .NET's own waits cannot: an iteration is let go some 0.06 ms after its
/// time. Off by up to a whole millisecond, at a latency of 0.2 ms that would be the measurement. Only on Linux.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class PreciseSleep
{
    internal static void For(TimeSpan duration)
    {
        var wanted = new TimeSpec { Seconds = (nint)(duration.Ticks / TimeSpan.TicksPerSecond), Nanoseconds = (nint)(duration.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick) };
        // A signal ends it early; the caller looks at the clock either way.
        _ = NanoSleep(in wanted, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec wanted, nint remaining);

    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
