using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Platform.LoadTests.Http;

/// <summary>
/// <c>serve bare</c>: the least that an HTTP answer can cost on the Api's Kestrel settings. <c>/bytes/{id}</c> writes
/// constant bytes; <c>/redis/{id}</c> writes what one GET of Redis returns.
/// </summary>
internal static class BareServer
{
    internal const string RedisVariable = "BARE_REDIS";
    internal const string KeyPrefix = "bench-bare:";

    private static readonly Option<string> Body = new("--body") { Required = true };
    private static readonly Option<string> Urls = new("--urls") { Required = true };

    internal static Command Create()
    {
        var bare = new Command("bare", "The limit that the Api's answers are measured by.") { Body, Urls };
        bare.SetAction(RunAsync);
        return bare;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(["--urls", arguments.GetValue(Urls)!]);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ServiceDefaultsExtensions.MaxRequestBodyBytes;
        });
        await using var app = builder.Build();
        var constant = await File.ReadAllBytesAsync(arguments.GetValue(Body)!, cancellationToken);
        app.MapGet("/bytes/{id}", context => WriteAsync(context, constant));
        await using var redis = Environment.GetEnvironmentVariable(RedisVariable) is { } configuration ? await ConnectionMultiplexer.ConnectAsync(configuration) : null;
        if (redis?.GetDatabase() is { } database)
            app.MapGet("/redis/{id}", async context => await WriteAsync(context, (byte[])(await database.StringGetAsync(KeyPrefix + context.Request.RouteValues["id"]))!));
        await app.RunAsync(cancellationToken);
        return 0;
    }

    private static Task WriteAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
