using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Platform.Api;
using Platform.Api.Data;
using Platform.Api.Documentation;
using Platform.Api.Http;
using Platform.Api.Identity;

namespace Platform.LoadTests.Access;

/// <summary>
/// <c>serve checked</c>: the Api's own pipeline, accounts and cache, with the same endpoint for everybody and for staff: one
/// that reads rows of somebody's own, and one that does nothing at all.
/// </summary>
internal static class CheckedServer
{
    internal const string Open = "/api/v1/open";
    internal const string Staff = "/api/v1/staff";
    internal const string OpenIdle = "/api/v1/open-idle";
    internal const string StaffIdle = "/api/v1/staff-idle";

    private static readonly Option<string> Urls = new("--urls") { Required = true };

    internal static Command Create()
    {
        var server = new Command("checked", "One endpoint with and without a permission.") { Urls };
        server.SetAction(async (arguments, cancellationToken) =>
        {
            await using var app = Build(["--urls", arguments.GetValue(Urls)!]);
            await app.RunAsync(cancellationToken);
            return 0;
        });
        return server;
    }

    /// <summary>The server, which is not started yet.</summary>
    internal static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddHttpContract();
        builder.AddAccounts();
        builder.AddPlatformData();
        builder.AddCaching("redis", CachePolicies.AddTo);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        var api = app.MapApi();
        api.MapAccounts();
        api.MapGet("/open", ReadAsync);
        api.MapGet("/staff", ReadAsync).ForStaff();
        api.MapGet("/open-idle", Idle);
        api.MapGet("/staff-idle", Idle).ForStaff();
        return app;
    }

    // The least that an endpoint does which shows somebody what is theirs: one statement in a transaction that acts for them.
    private static async Task<Ok<int>> ReadAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginAsync(new RowScope(Guid.Empty), cancellationToken);
        return TypedResults.Ok(await db.Addresses.CountAsync(cancellationToken));
    }

    private static Ok<int> Idle() => TypedResults.Ok(0);
}
