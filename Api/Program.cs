using System.CommandLine;
using Platform.Api.Catalog;
using Platform.Api.Catalog.Embeddings;
using Platform.Api.Catalog.Import;
using Platform.Api.Catalog.Search;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Embeddings;
using Platform.Api.Http;
using Platform.Api.Identity;

var commands = new RootCommand("The Platform API. Without a command it serves HTTP.") { MigrateCommand.Create(), ImportCommand.Create() };
commands.TreatUnmatchedTokensAsErrors = false; // --urls, --environment and the like are the host's
commands.SetAction(_ => ServeAsync(args));
return await commands.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });

static async Task<int> ServeAsync(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddHttpContract();
    builder.AddAdminKey();
    builder.AddApiDescription();
    builder.AddPlatformData();
    builder.AddEmbeddings();
    builder.AddBookEmbeddings();
    builder.AddSearch();
    builder.AddRedisClient("redis");

    var app = builder.Build();
    app.MapDefaultEndpoints();
    app.MapDocumentation();
    var api = app.MapApi();
    api.MapCatalog();
    api.MapSearch();
    await app.RunAsync();
    return 0;
}

/// <summary>The entry point, visible so that tests can host it.</summary>
public partial class Program;
