using System.CommandLine;
using Microsoft.Extensions.Options;
using Platform.Api.Catalog.Import;
using Platform.Api.Data;

namespace Platform.Api;

/// <summary>The command line: <c>migrate</c>, <c>import</c>, and serving HTTP when no command is named.</summary>
internal static class Commands
{
    internal static Task<int> RunAsync(string[] args, Func<string[], WebApplication> build)
    {
        var root = new RootCommand("The Platform API. Without a command it serves HTTP.") { MigrateCommand.Create(), ImportCommand.Create() };
        // --urls, --environment and the like are the host's; a word that is no command is a mistake.
        root.TreatUnmatchedTokensAsErrors = false;
        root.Validators.Add(result =>
        {
            if (args is [{ } word, ..] && !word.StartsWith('-') && root.Subcommands.All(command => command.Name != word))
            {
                result.AddError($"There is no command '{word}'; there are {string.Join(" and ", root.Subcommands.Select(command => command.Name))}.");
            }
        });
        root.SetAction(_ => ServeAsync(args, build));
        var parsed = root.Parse(args);
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
        // The host takes SIGTERM itself and drains. The command line's handler would keep the signal from it, and end the
        // process after 2 s in the middle of its requests.
        if (parsed.CommandResult.Command == root)
        {
            invocation.ProcessTerminationTimeout = null;
        }

        return parsed.InvokeAsync(invocation);
    }

    private static async Task<int> ServeAsync(string[] args, Func<string[], WebApplication> build)
    {
        try
        {
            await using var app = build(args);
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or OptionsValidationException or IOException)
        {
            // A setting that cannot be used, or an address that is taken: the sentence says all, a stack trace would hide it.
            await Console.Error.WriteLineAsync($"The Api cannot start: {e.Message}");
            return 1;
        }
    }
}
