using System.Diagnostics;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Provisioning;

namespace Aspire.Hosting.Engineless;

/// <summary>The process of a resource. It ends with this one, however this one ends.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly PosixSignal _stopSignal;
    private readonly bool _isSandboxed;

    private ChildProcess(Process process, bool isSandboxed, PosixSignal stopSignal, Task<int> exited)
    {
        _process = process;
        _isSandboxed = isSandboxed;
        _stopSignal = stopSignal;
        Exited = exited;
    }

    public int Id => _process.Id;

    /// <summary>The exit code, once the process has ended and its output has been read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a program of the machine, out of reach of the terminal's Ctrl+C.</summary>
    public static Task<ChildProcess> StartAsync(ProcessStartInfo program, string resourceName, ResourceLoggerService logs)
    {
        var startInfo = new ProcessStartInfo("setsid", ["setpriv", "--pdeathsig", "KILL", "--", program.FileName, .. program.ArgumentList]) { WorkingDirectory = program.WorkingDirectory };
        startInfo.Environment.Clear();
        foreach (var (name, value) in program.Environment)
            startInfo.Environment[name] = value;
        return StartAsync(startInfo, isSandboxed: false, PosixSignal.SIGTERM, input: "", resourceName, logs);
    }

    /// <summary>Starts a program in a sandbox.</summary>
    public static Task<ChildProcess> StartAsync(PackageRoot root, SandboxOptions options, string? input, PosixSignal stopSignal, string resourceName, ResourceLoggerService logs) =>
        StartAsync(Sandbox.CreateStartInfo(root, options), isSandboxed: true, stopSignal, input ?? "", resourceName, logs);

    /// <summary>Asks it to end, and kills it when it has not by the time.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan timeout)
    {
        try
        {
            var asked = _isSandboxed ? Sandbox.Signal(_process, _stopSignal) : _process.HasExited || NativeMethods.SendSignal(_process.Id, 15);
            if (asked && await EndsWithinAsync(timeout).ConfigureAwait(false))
                return true;
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException) when (Exited.IsCompleted)
        {
            return true; // it has been disposed of in the meantime
        }
        await Exited.ConfigureAwait(false);
        return false;
    }

    public void Dispose() => _process.Dispose();

    private async Task<bool> EndsWithinAsync(TimeSpan timeout)
    {
        try
        {
            await Exited.WaitAsync(timeout).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task<ChildProcess> StartAsync(ProcessStartInfo startInfo, bool isSandboxed, PosixSignal stopSignal, string input, string resourceName, ResourceLoggerService logs)
    {
        startInfo.RedirectStandardInput = true;
        startInfo.RedirectStandardOutput = true;
        startInfo.RedirectStandardError = true;
        var process = new Process { StartInfo = startInfo };
        await ProcessStarter.StartAsync(process).ConfigureAwait(false);

        var output = Task.WhenAll(PumpAsync(process.StandardOutput, isError: false), PumpAsync(process.StandardError, isError: true));
        try
        {
            await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its input; its exit code and output tell why.
        }
        return new ChildProcess(process, isSandboxed, stopSignal, ExitAsync());

        async Task<int> ExitAsync()
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
            // A process that it left behind may hold its output open.
            await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            return process.ExitCode;
        }

        async Task PumpAsync(StreamReader reader, bool isError)
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
                logs.Write(resourceName, line, isError);
        }
    }
}
