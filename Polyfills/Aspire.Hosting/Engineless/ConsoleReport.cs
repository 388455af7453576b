using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Engineless.Provisioning;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace Aspire.Hosting.Engineless;

/// <summary>
/// Shows what the resources do and write: on a terminal as a log above a live table, elsewhere as plain lines. One
/// task writes all of it; everyone else passes it what has happened.
/// </summary>
internal sealed class ConsoleReport : IHostedService, IAsyncDisposable
{
    private static readonly string[] Colors = ["aqua", "lime", "yellow", "fuchsia", "deepskyblue1", "orange1", "springgreen1", "mediumpurple1"];
    private static readonly TimeSpan PlainProgressInterval = TimeSpan.FromSeconds(5);

    private readonly Channel<object> _happened = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly DistributedApplicationModel _model;
    private readonly ResourceLoggerService _logs;
    private readonly AppHostFolders _folders;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly bool _isLive;
    private readonly int _nameWidth;
    private ProvisioningProgress? _progress;
    private TimeSpan _progressShown = -PlainProgressInterval;
    private bool _summaryShown;
    private Task _writing = Task.CompletedTask;

    public ConsoleReport(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService logs, Orchestrator orchestrator, Dashboard.DashboardSupervisor dashboard, AppHostFolders folders, TimeProvider clock)
    {
        _model = model;
        _logs = logs;
        _folders = folders;
        _clock = clock;
        _began = clock.GetTimestamp();
        _isLive = !Console.IsOutputRedirected && _console.Profile.Capabilities is { Ansi: true, Interactive: true };
        _nameWidth = model.Resources.Where(IsShown).Select(resource => resource.Name.Length).DefaultIfEmpty().Max();
        logs.Written += (resource, line) =>
        {
            if (resource != Dashboard.DashboardSupervisor.LogName)
                _happened.Writer.TryWrite((resource, line));
        };
        dashboard.Said += sentence => _happened.Writer.TryWrite(sentence);
        notifications.Updated += change => _happened.Writer.TryWrite(change);
        orchestrator.Provisioning += progress => _happened.Writer.TryWrite(progress);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = Task.Run(WriteAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _happened.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private async Task WriteAsync()
    {
        try
        {
            if (_isLive)
                await _console.Live(LiveTable()).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(live => ReadAsync(() => live.UpdateTarget(LiveTable()))).ConfigureAwait(false);
            else
                await ReadAsync(() => { }).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nobody reads the output any more; the stack is stopped in good order all the same.
        }
    }

    private async Task ReadAsync(Action drawn)
    {
        while (await _happened.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_happened.Reader.TryRead(out var what))
                Show(what);
            if (!_summaryShown && _model.Resources.All(IsSettled))
                ShowSummary();
            drawn();
        }
    }

    private void Show(object what)
    {
        switch (what)
        {
            case (string resource, LogLine line):
                ShowLine(resource, line.Content, line.IsErrorMessage);
                break;
            case string sentence:
                ShowSentence(sentence);
                break;
            case ProvisioningProgress progress:
                ShowProgress(progress);
                break;
            case ResourceEvent change:
                ShowChange(change);
                break;
        }
    }

    private void ShowLine(string resource, string content, bool isError)
    {
        if (_isLive)
            WriteAbove($"[{ColorOf(resource)}]{Markup.Escape(resource.PadRight(_nameWidth))} |[/] {(isError ? "[red]" : "")}{Markup.Escape(content)}{(isError ? "[/]" : "")}");
        else
            Console.WriteLine($"{resource.PadRight(_nameWidth)} | {content}");
    }

    private void ShowProgress(ProvisioningProgress progress)
    {
        var isNew = _progress?.Phase != progress.Phase;
        _progress = progress;
        // Nothing was done: the programs were there already.
        if (_isLive || (progress.Phase == ProvisioningPhase.Ready && _progressShown < TimeSpan.Zero))
            return;
        if (isNew || progress.Elapsed - _progressShown >= PlainProgressInterval)
        {
            _progressShown = progress.Elapsed;
            Console.WriteLine(progress);
        }
    }

    private void ShowChange(ResourceEvent change)
    {
        var before = _current.TryGetValue(change.ResourceId, out var known) ? known.Snapshot : null;
        _current[change.ResourceId] = change;
        if (!IsShown(change.Resource) || change.Snapshot.State is not { } state)
            return;
        var now = Describe(change.Snapshot);
        if (!_isLive && (before is null || Describe(before) != now))
            Console.WriteLine($"{change.Resource.Name.PadRight(_nameWidth)} : {now}");
        if (state.Style == KnownResourceStateStyles.Error && before?.State?.Style != KnownResourceStateStyles.Error)
            ShowFailure(change, now);
    }

    private void ShowFailure(ResourceEvent change, string now)
    {
        var lines = _logs.Tail(change.Resource.Name);
        var title = $"{change.Resource.Name} failed: {now}.{(lines.Count == 0 ? "" : $" Its last {lines.Count} lines:")}";
        if (!_isLive)
        {
            Console.WriteLine(string.Join(Environment.NewLine, lines.Select(line => "    " + line).Prepend(title)));
            return;
        }
        WriteAbove($"[red]{Markup.Escape(title)}[/]");
        foreach (var line in lines)
            WriteAbove($"[red]    {Markup.Escape(line)}[/]");
    }

    private void ShowSummary()
    {
        _summaryShown = true;
        var lines = new List<string> { $"Started in {_clock.GetElapsedTime(_began).TotalSeconds:0} s." };
        if (!_isLive) // the table says the same
            lines.AddRange(_model.Resources.Where(IsShown).Select(resource => $"  {resource.Name.PadRight(_nameWidth)}  {Describe(_current[resource.Name].Snapshot)}  {Urls(resource)}".TrimEnd()));
        var secrets = _model.Resources.OfType<ParameterResource>().Where(parameter => parameter.Secret).Select(parameter => parameter.Name).ToArray();
        if (secrets.Length > 0)
            lines.Add($"Secrets ({string.Join(", ", secrets)}) are in {_folders.SecretsFile} unless they are configured as Parameters:<name>.");
        lines.Add("Press Ctrl+C to stop.");
        lines.ForEach(ShowSentence);
    }

    private void ShowSentence(string sentence)
    {
        if (_isLive)
            WriteAbove($"[bold]{Markup.Escape(sentence)}[/]");
        else
            Console.WriteLine(sentence);
    }

    // The line takes the place of the table, which is drawn again below it: what is longer of the old one must go.
    private void WriteAbove(string markup) => _console.MarkupLine("\u001b[[J" + markup);

    private Table LiveTable()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Resource").AddColumn("State").AddColumn("Address");
        if (_progress is { } progress and not { Phase: ProvisioningPhase.Ready })
            table.Title(progress.ToString());
        foreach (var resource in _model.Resources.Where(IsShown))
        {
            var snapshot = _current.TryGetValue(resource.Name, out var known) ? known.Snapshot : null;
            var color = snapshot is null || snapshot.State is null ? "grey"
                : snapshot.State.Style == KnownResourceStateStyles.Error ? "red"
                : snapshot.State.Style == KnownResourceStateStyles.Warn || snapshot.HealthStatus is { } health and not Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy ? "yellow"
                : snapshot.State.Style == KnownResourceStateStyles.Success ? "green"
                : "grey";
            table.AddRow(
                $"[{ColorOf(resource.Name)}]{Markup.Escape(resource.Name)}[/]",
                $"[{color}]{Markup.Escape(snapshot is null ? "" : Describe(snapshot))}[/]",
                Markup.Escape(Urls(resource)));
        }
        return table;
    }

    private static string Describe(CustomResourceSnapshot snapshot)
    {
        var state = snapshot.State?.Text ?? "";
        if (snapshot.ExitCode is { } exitCode && ResourceNotificationService.IsUnavailable(snapshot))
            return $"{state} (exit code {exitCode})";
        return snapshot.HealthReports.IsEmpty || snapshot.HealthStatus is not { } health ? state
            : health == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy ? $"{state}, healthy"
            : $"{state}, not healthy yet";
    }

    // Parameters and connection strings are values, not parts that run.
    private static bool IsShown(IResource resource) => resource is not (IResourceWithoutLifetime or ConnectionStringResource);

    private bool IsSettled(IResource resource) => !IsShown(resource)
        || (_current.TryGetValue(resource.Name, out var known)
            && (known.Snapshot.ResourceReadyEvent is { IsCompleted: true }
                || ResourceNotificationService.IsUnavailable(known.Snapshot)
                || known.Snapshot.State?.Text == KnownResourceStates.NotStarted));

    private string Urls(IResource resource) =>
        _current.TryGetValue(resource.Name, out var known) ? string.Join("  ", known.Snapshot.Urls.Select(url => url.Url)) : "";

    private string ColorOf(string resource) =>
        Colors[Math.Max(0, _model.Resources.Where(IsShown).TakeWhile(r => r.Name != resource).Count()) % Colors.Length];
}
