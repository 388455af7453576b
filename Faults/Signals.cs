using System.Diagnostics;
using System.Globalization;

namespace Platform.Faults;

/// <summary>What is done to a process from outside.</summary>
public static class Signals
{
    /// <summary>Stops a process and its descendants by SIGSTOP: its kernel still accepts connections and data, it does nothing.</summary>
    public static void Freeze(int processId) => Send(processId, "STOP");

    /// <summary>It goes on, with whatever was sent to it in the meantime.</summary>
    public static void Thaw(int processId) => Send(processId, "CONT");

    // To all that it consists of: a server is a child of its sandbox.
    private static void Send(int processId, string signal)
    {
        for (var ids = new List<int> { processId }; ids.Count > 0; ids = [.. ids.SelectMany(Children)])
        {
            using var kill = Process.Start("kill", ["-" + signal, .. ids.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
            kill.WaitForExit();
        }
    }

    private static IEnumerable<int> Children(int id) =>
        File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture));
}
