using System.Collections.Concurrent;
using System.Diagnostics;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>
/// Starts the processes that must die with this one. Linux sends their parent-death signal when the thread that
/// started them ends, and pool threads do end when there is little to do; so they are all started by one thread that
/// lives as long as the process.
/// </summary>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> Starts = Run();

    /// <summary>Starts a process, as <see cref="Process.Start()"/> does.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static Task StartAsync(Process process)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
            }
            catch (Exception exception)
            {
                started.SetException(exception);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> Run()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
                start();
        })
        { IsBackground = true, Name = "process starter" }.Start();
        return starts;
    }
}
