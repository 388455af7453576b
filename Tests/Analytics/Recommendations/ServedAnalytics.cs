using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Analytics;
using Platform.Analytics.Access;
using Platform.Analytics.Forgetting;
using Platform.Analytics.Ingest;
using Platform.Analytics.Projections;
using Platform.Analytics.Projections.Documents;
using Platform.Analytics.Recommendations;
using Platform.Analytics.Recommendations.Serving;
using Platform.ServiceDefaults.Tokens;
using Platform.Tests.Emulators.Cosmos;
using Platform.Tests.Support;

namespace Platform.Tests.Analytics.Recommendations;

/// <summary>What Analytics answers, on a database in Cosmos DB that the test fills by hand.</summary>
internal sealed class ServedAnalytics : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServedAnalytics(WebApplication app, TokenIssuer tokens, Database database) => (_app, Tokens, Database) = (app, tokens, database);

    public TokenIssuer Tokens { get; }

    public Database Database { get; }

    public IServiceProvider Services => _app.Services;

    public ReaderRecommendations Recommendations => Services.GetRequiredService<ReaderRecommendations>();

    public static async Task<ServedAnalytics> StartAsync(CosmosEmulator cosmos, params (string Key, string Value)[] settings)
    {
        var name = $"served-{Guid.CreateVersion7():N}";
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        (string Key, string Value)[] usual = [("Shutdown:Delay", "00:00:00"), ("Api:Address", "http://127.0.0.1:9"), ("ConnectionStrings:cosmos", cosmos.ConnectionString), ("Analytics:Database", name)];
        foreach (var (key, value) in usual.Concat(settings))
            builder.Configuration[key] = value;
        builder.AddServiceDefaults();
        builder.AddAccess();
        builder.AddCosmosClients();
        builder.AddEventStore();
        builder.AddProjectionReader();
        builder.AddRecommendations();
        builder.AddForgetting();
        // The test does what they do when it wants it done.
        builder.Services.RemoveAll<IHostedService>();
        var tokens = new TokenIssuer();
        builder.Services.AddSingleton(services => new PublishedKeys(new HttpClient(tokens) { BaseAddress = new Uri("http://api") }, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PublishedKeys>>()));
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseAccess();
        app.MapParked();
        app.MapProjections();
        app.MapRecommendations();
        app.MapForgetting();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ServedAnalytics(app, tokens, await cosmos.Client.CreateDatabaseAsync(name, cancellationToken: TestContext.Current.CancellationToken));
    }

    public HttpClient ClientOf(Guid user, params string[] roles)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = Tokens.Issue(user, roles);
        return client;
    }

    public HttpClient Client() => new() { BaseAddress = new Uri(_app.Urls.First()) };

    /// <summary>Recommends with a model from now on.</summary>
    public async Task ServeAsync(RecommendationModel model)
    {
        await model.PublishAsync(Database);
        Services.GetRequiredService<CurrentModel>().Model = model;
    }

    /// <summary>Has a reader's history be this.</summary>
    public async Task KnowAsync(Guid user, string asOf, params IEnumerable<HistoryEntry> entries)
    {
        var histories = await Database.CreateContainerIfNotExistsAsync(ProjectionContainers.HistoriesName(1), "/user");
        await histories.Container.UpsertItemAsync(new HistoryDocument { Id = user.ToString(), User = user.ToString(), AsOf = asOf, Books = [.. entries] });
    }

    /// <summary>Has something happen with books, the first the most.</summary>
    public async Task TrendAsync(Guid? category, params Guid[] books)
    {
        var aggregates = await Database.CreateContainerIfNotExistsAsync(ProjectionContainers.AggregatesName(1), "/subject");
        var now = TimeProvider.System.GetUtcNow();
        for (var place = 0; place < books.Length; place++)
        {
            var views = books.Length - place;
            await aggregates.Container.UpsertItemAsync(new
            {
                id = books[place].ToString(), subject = Subjects.TrendingIn(category), lastAt = now.ToUnixTimeSeconds(),
                hour = TrendingScore.Add(null, now, TrendingWindow.Hour, views), day = TrendingScore.Add(null, now, TrendingWindow.Day, views), week = TrendingScore.Add(null, now, TrendingWindow.Week, views),
            });
        }
    }

    /// <summary>Asks as nobody and as a member, and expects 401 and 403.</summary>
    public async Task RefusesAllButAdministratorsAsync(HttpMethod method, string address)
    {
        using var stranger = Client();
        using var member = ClientOf(Guid.CreateVersion7(), "member");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (await AskAsync(stranger), await AskAsync(member)));

        async Task<HttpStatusCode> AskAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(method, address);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
