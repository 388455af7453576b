using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>A reader and its consumer in a process of its own (<c>LoadTests read changes</c>), which can be killed and frozen.</summary>
internal sealed class ReaderProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = [];

    public ReaderProcess(string connectionString, string slot, bool snapshot, bool isHeld)
    {
        string[] flags = [.. snapshot ? ["--snapshot"] : Array.Empty<string>(), .. isHeld ? ["--hold"] : Array.Empty<string>()];
        _process = Process.Start(LoadTestsProgram.Start(["read", "changes", "--postgres", connectionString, "--slot", slot, "--publication", "things", .. flags], input: true))!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                _lines.Enqueue(line.Data);
        };
        _process.BeginOutputReadLine();
        _process.ErrorDataReceived += (_, line) => TestContext.Current.TestOutputHelper?.WriteLine($"{line.Data}");
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has delivered: the epoch, and the keys of the rows.</summary>
    public IReadOnlyList<(long Epoch, string[] Keys)> Batches =>
        [.. _lines.Where(line => line.StartsWith("batch ", StringComparison.Ordinal)).Select(line => line.Split(' ')).Select(words => (long.Parse(words[1], CultureInfo.InvariantCulture), words[2..]))];

    public Task ReadsAsync(TimeSpan? limit = null) => SaysAsync("reads", limit);

    public Task WaitsAsync() => SaysAsync("waits");

    public Task SaysAsync(string line, TimeSpan? limit = null) => Eventually.HoldsAsync(() => Task.FromResult(_lines.Contains(line)), $"the process says: {line}", limit);

    public Task DeliversAsync(int batches) => Eventually.HoldsAsync(() => Task.FromResult(Batches.Count >= batches), $"{batches} batches are delivered");

    /// <summary>Lets it confirm the batch that it holds.</summary>
    public void Confirm() => _process.StandardInput.WriteLine();

    public void Freeze() => Signals.Freeze(_process.Id);

    public void Thaw() => Signals.Thaw(_process.Id);

    /// <summary>Ends it by SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        // And until all that it had written is read.
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
