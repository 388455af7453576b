using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Api.Recommendations;

/// <summary>Answers the Api's questions with what a test has put in.</summary>
internal sealed class HandFedAnalytics : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HandFedAnalytics(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>What is recommended, whatever is asked.</summary>
    public IReadOnlyList<Guid> Books { get; set; } = [];

    /// <summary>With which status it answers.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>What was asked, with the token that came along.</summary>
    public ConcurrentQueue<(string Address, string? Authorization)> Questions { get; } = new();

    public static async Task<HandFedAnalytics> StartAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var analytics = new HandFedAnalytics(app);
        app.MapFallback(analytics.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return analytics;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        Questions.Enqueue((context.Request.Path + context.Request.QueryString, context.Request.Headers.Authorization));
        context.Response.StatusCode = Status;
        var limit = int.Parse(context.Request.Query["limit"]!, CultureInfo.InvariantCulture);
        return context.Response.WriteAsJsonAsync(new
        {
            items = Books.Take(limit).Select((book, place) => new { book, score = 1.0 / (place + 1), because = new[] { new { bookId = book, reason = "rated" } } }),
            model = "v1", asOf = "0000-1",
        });
    }
}
