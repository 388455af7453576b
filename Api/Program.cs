using System.CommandLine;
using Platform.Api.Data;

var root = new RootCommand("The Platform API. Without a command it serves HTTP.") { MigrateCommand.Create() };
root.TreatUnmatchedTokensAsErrors = false; // --urls, --environment and the like are the host's
root.SetAction(_ => ServeAsync(args));
return await root.Parse(args).InvokeAsync();

static async Task<int> ServeAsync(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddPlatformData();

    var app = builder.Build();
    app.MapDefaultEndpoints();
    await app.RunAsync();
    return 0;
}

/// <summary>The entry point, visible so that tests can host it.</summary>
public partial class Program;
