using System.Diagnostics;
using System.Runtime.InteropServices;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>A sandboxed program has what it is given and nothing else, hears signals, and ends when it should.</summary>
public sealed class ProvisioningSandboxTests : IDisposable
{
    private readonly ProvisioningFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_sees_its_mounts_and_a_root_that_it_cannot_change()
    {
        var data = _folder.CreateFolder("data");
        await File.WriteAllTextAsync(_folder.InFolder("settings"), "setting", Ct);
        SandboxMount[] mounts = [new(data, "/data", ReadOnly: false), new(_folder.InFolder("settings"), "/etc/service/settings.conf", ReadOnly: true)];

        var result = await RunAsync(mounts, """
            echo written > /data/file; pwd
            read line < /etc/service/settings.conf; echo "$line"
            read line < /etc/passwd; echo "${line%%:*}"
            for file in /x /usr/x /etc/x /etc/service/x /etc/service/settings.conf; do (: > $file) 2>/dev/null && echo "wrote $file"; done
            : > /tmp/x && echo tmp
            """);

        Assert.Equal("/data\nsetting\nroot\ntmp", result.Output);
        Assert.Equal("written\n", await File.ReadAllTextAsync(Path.Combine(data, "file"), Ct));
    }

    [Fact]
    public async Task A_program_sees_no_other_processes_and_has_no_rights()
    {
        var result = await RunAsync([], """
            for process in /proc/[0-9]*; do echo "${process#/proc/}"; done
            while read name value; do case $name in Uid:|CapEff:|NoNewPrivs:) echo $name $value;; esac; done < /proc/self/status
            """);

        Assert.Equal("1\n2\nUid: 70 70 70 70\nCapEff: 0000000000000000\nNoNewPrivs: 1", result.Output);
    }

    [Fact]
    public async Task A_programs_environment_is_what_it_is_given_and_no_other_user_can_read_it()
    {
        using var process = await StartAsync("export -p; read end", new() { ["PASSWORD"] = "a-secret" });
        var lines = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            lines.Add(await process.StandardOutput.ReadLineAsync(Ct));
        }

        var arguments = await File.ReadAllTextAsync($"/proc/{process.Id}/cmdline", Ct);
        process.StandardInput.Close();

        Assert.Equal(["export PASSWORD='a-secret'", "export PATH='/usr/bin:/usr/sbin'", "export PWD='/'"], lines.Order(StringComparer.Ordinal));
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(Ct));
        Assert.DoesNotContain("a-secret", arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_programs_words_and_exit_code_come_through()
    {
        var result = await RunAsync([], "echo out; echo err >&2; exit 7");

        Assert.Equal(new Tool.Result(7, "out", "err\n"), result);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, "INT")]
    [InlineData(PosixSignal.SIGTERM, "TERM")]
    [InlineData(PosixSignal.SIGQUIT, "QUIT")]
    [InlineData(PosixSignal.SIGHUP, "HUP")]
    public async Task A_signal_reaches_the_program_itself(PosixSignal signal, string name)
    {
        using var process = await StartAsync($"trap 'echo heard; exit 7' {name}; echo ready; read end");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(Ct));

        var sent = Sandbox.Signal(process, signal);
        await process.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.True(sent);
        Assert.Equal("heard", await process.StandardOutput.ReadLineAsync(Ct));
        Assert.Equal(7, process.ExitCode);
        Assert.False(Sandbox.Signal(process, signal));
    }

    [Fact]
    public async Task Killing_the_sandbox_ends_all_that_the_program_started()
    {
        using var process = await StartAsync("(echo ready; read end < /dev/zero) & wait");
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(Ct));

        process.Kill();

        // The stream ends when the last process that can write to it has.
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct));
    }

    [Fact]
    public async Task Ctrl_C_at_the_terminal_goes_to_the_host_alone()
    {
        using var process = await StartAsync("echo ready; read end");
        await process.StandardOutput.ReadLineAsync(Ct);

        var fields = (await File.ReadAllTextAsync($"/proc/{process.Id}/stat", Ct)).Split(") ")[1].Split(' ');
        process.StandardInput.Close();

        Assert.Equal($"{process.Id} {process.Id}", $"{fields[2]} {fields[3]}"); // its own process group and session
    }

    [Fact]
    public async Task A_program_outlives_the_thread_that_asked_for_it()
    {
        var root = await PackageRoot.EnsureAsync([], new ProvisioningReports(), Ct);
        using var process = new Process { StartInfo = Piped(Sandbox.CreateStartInfo(root, Shell("echo ready; while read line; do echo $line; done"))) };
        var task = "";
        var asking = new Thread(() =>
        {
            task = $"/proc/{new FileInfo("/proc/thread-self").LinkTarget}";
            ProcessStarter.StartAsync(process).GetAwaiter().GetResult();
            process.StandardOutput.ReadLine();
        });
        asking.Start();
        asking.Join();
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists(task), TimeSpan.FromSeconds(30))); // the kernel's side of it ends a little later

        // A signal needs a moment to get through to the program, which the conversation gives it.
        for (var i = 0; i < 2000; i++)
        {
            await process.StandardInput.WriteLineAsync("alive");
            Assert.Equal("alive", await process.StandardOutput.ReadLineAsync(Ct));
        }

        process.StandardInput.Close();
    }

    [Fact]
    public async Task A_mount_of_something_that_is_not_there_is_refused_by_name()
    {
        var root = await PackageRoot.EnsureAsync([], new ProvisioningReports(), Ct);

        var exception = Assert.Throws<FileNotFoundException>(() =>
            Sandbox.CreateStartInfo(root, Shell("") with { Mounts = [new(_folder.InFolder("missing"), "/data", ReadOnly: true)] }));

        Assert.Equal($"{_folder.InFolder("missing")}, to be mounted at /data, does not exist.", exception.Message);
    }

    private static SandboxOptions Shell(string script) => new() { Command = "sh", Arguments = ["-c", script] };

    private static async Task<Tool.Result> RunAsync(SandboxMount[] mounts, string script)
    {
        var root = await PackageRoot.EnsureAsync([], new ProvisioningReports(), Ct);
        var options = Shell(script) with { Mounts = mounts, WorkingDirectory = mounts is [var first, ..] ? first.SandboxPath : "/" };
        return await Tool.RunAsync(Sandbox.CreateStartInfo(root, options), null, Ct);
    }

    private static async Task<Process> StartAsync(string script, Dictionary<string, string>? environment = null)
    {
        var root = await PackageRoot.EnsureAsync([], new ProvisioningReports(), Ct);
        var process = new Process { StartInfo = Piped(Sandbox.CreateStartInfo(root, Shell(script) with { Environment = environment ?? [] })) };
        await ProcessStarter.StartAsync(process);
        return process;
    }

    private static ProcessStartInfo Piped(ProcessStartInfo startInfo)
    {
        startInfo.RedirectStandardInput = startInfo.RedirectStandardOutput = true;
        return startInfo;
    }
}
