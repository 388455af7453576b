using System.Diagnostics;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Runs a program to its end and hands back what it said.</summary>
internal static class Tool
{
    /// <summary>The end of a run.</summary>
    internal readonly record struct Result(int ExitCode, string Output, string Errors);

    /// <summary>Runs the program; each line it prints is handed over as it comes.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, here or by Ctrl+C at the terminal; the program and all it started are gone.</exception>
    public static async Task<Result> RunAsync(ProcessStartInfo startInfo, Action<string>? onLine, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        startInfo.RedirectStandardInput = startInfo.RedirectStandardOutput = startInfo.RedirectStandardError = true;
        using var process = Process.Start(startInfo)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = ReadAsync(process.StandardOutput, onLine);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        // Ctrl+C reaches the whole foreground group, and the program may be gone before our own token is cancelled.
        const int interrupted = 128 + 2;
        if (process.ExitCode == interrupted)
            throw new OperationCanceledException();
        return new(process.ExitCode, await output, await errors);
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? onLine)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lines.Add(line);
            onLine?.Invoke(line);
        }
        return string.Join('\n', lines);
    }
}
