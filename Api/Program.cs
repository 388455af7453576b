using Platform.Api;
using Platform.Api.Catalog;
using Platform.Api.Catalog.Categories;
using Platform.Api.Catalog.Embeddings;
using Platform.Api.Catalog.Search;
using Platform.Api.Data;
using Platform.Api.Diagnostics;
using Platform.Api.Documentation;
using Platform.Api.Embeddings;
using Platform.Api.Http;
using Platform.Api.Http.Edge;
using Platform.Api.Identity;
using Platform.Api.Identity.Tokens;
using Platform.Api.Interactions;
using Platform.Api.Recommendations;
using Platform.Api.Store;

return await Commands.RunAsync(args, Build);

static WebApplication Build(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddEdge();
    builder.AddHttpContract();
    builder.AddAccounts();
    builder.AddApiDescription();
    builder.AddPlatformData();
    builder.AddEmbeddings();
    builder.AddBookEmbeddings();
    builder.AddCategoryCounts();
    builder.AddSearch();
    builder.AddStore();
    builder.AddInteractions();
    builder.AddRecommendations();
    builder.AddCaching("redis", CachePolicies.AddTo);

    var app = builder.Build();
    app.UseEdge();
    app.MapDefaultEndpoints();
    app.MapDocumentation();
    app.MapJwks();
    var api = app.MapApi();
    api.MapAccounts();
    api.MapCatalog();
    api.MapSearch();
    api.MapStore();
    api.MapInteractions();
    api.MapRecommendations();
    api.MapCacheDiagnostics();
    return app;
}

/// <summary>The entry point, visible so that tests can host it.</summary>
public partial class Program;
