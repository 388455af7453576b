using System.CommandLine;
using Platform.Api.Catalog.Import;
using Platform.Api.Data;
using Platform.ServiceDefaults;

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
        root.SetAction(_ => ServiceProgram.RunAsync("The Api", () => build(args)));
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
}
