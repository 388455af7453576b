using System.CommandLine;
using Microsoft.EntityFrameworkCore;

namespace Platform.Api.Data;

/// <summary><c>migrate</c>: brings the database to the newest, or a named, migration.</summary>
internal static class MigrateCommand
{
    internal static Command Create()
    {
        var command = new Command("migrate", "Bring the database schema up to date.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var configuration = Host.CreateApplicationBuilder().Configuration;
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        await using var db = new PlatformDbContext(options.Options);
        db.Database.SetConnectionString(configuration.GetConnectionString("platform-owner"));
        await db.Database.MigrateAsync(cancellationToken);
        return 0;
    }
}
