using System.CommandLine;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Platform.Api.Catalog.Demo;
using Platform.Api.Identity.Accounts;
using Platform.Api.Store;

namespace Platform.Api.Data;

/// <summary><c>migrate</c>: roles and extensions when it may, then the schema to the newest or a named migration.</summary>
internal static class MigrateCommand
{
    private static readonly Option<bool> Status = new("--status") { Description = "Only list the migrations and whether each is applied." };

    private static readonly Option<string?> To = new("--to")
    {
        Description = "The migration to be at afterwards, up or down: a name such as Initial, or 0 for none.",
    };

    private static readonly Option<bool> Demo = new("--demo") { Description = "Afterwards fill an empty catalogue with works in the public domain." };

    internal static Command Create()
    {
        var command = new Command("migrate", "Bring roles, extensions and schema of the database up to date.") { Status, To, Demo };
        command.Validators.Add(result =>
        {
            if (result.GetValue(To) is not null && (result.GetValue(Demo) || result.GetValue(Status)))
            {
                result.AddError("--to goes with neither --demo nor --status.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            var configuration = Host.CreateApplicationBuilder().Configuration;
            var owner = configuration.GetConnectionString("platform-owner")
                ?? throw new InvalidOperationException("ConnectionStrings:platform-owner is not set: migrate connects by it as platform_owner.");
            if (arguments.GetValue(Status))
            {
                await PrintStatusAsync(owner, cancellationToken);
                return 0;
            }

            if (configuration.GetConnectionString("platform-admin") is { Length: > 0 } admin)
            {
                await DatabaseBootstrap.RunAsync(admin, new NpgsqlConnectionStringBuilder(owner).Database!, RolePasswords.From(configuration), cancellationToken);
            }

            await MigrateAsync(owner, arguments.GetValue(To), Console.Out, cancellationToken);
            if (arguments.GetValue(To) is null)
            {
                await using var db = Open(owner);
                if (await FirstAdministrator.EnsureAsync(db, configuration, TimeProvider.System, cancellationToken) is { } email)
                {
                    await Console.Out.WriteLineAsync($"Made the first administrator, {email}.");
                }
            }

            if (arguments.GetValue(Demo))
            {
                await using var cache = CommandCache.Open();
                await using var db = Open(owner, new CacheInvalidationInterceptor(cache.Invalidation));
                var works = await DemoCatalogue.LoadIfEmptyAsync(db, TimeProvider.System, cancellationToken);
                // For this catalogue only: a real one decides itself what it sells.
                var products = works > 0 ? await DemoProducts.LoadIfEmptyAsync(db, cancellationToken) : 0;
                await cache.FinishAsync(Console.Error);
                await Console.Out.WriteLineAsync(works > 0 ? $"Stored a catalogue of {works} works and a shop of {products} products." : "The catalogue is not empty: no demo works stored.");
            }

            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or NpgsqlException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"migrate: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("migrate: stopped before it was done; what it was at is undone, run it again.");
            return 130; // as after SIGINT
        }
    }

    /// <summary>Applies or reverts migrations until <paramref name="target"/> is the last one applied.</summary>
    /// <param name="ownerConnectionString">A connection as <c>platform_owner</c>.</param>
    /// <param name="target">A migration by id or name; null is the newest and <c>0</c> is none.</param>
    /// <param name="output">Gets a line a migration.</param>
    /// <param name="cancellationToken">Stops between statements; what a migration had done is rolled back.</param>
    /// <exception cref="InvalidOperationException">There is no such migration.</exception>
    internal static async Task MigrateAsync(string ownerConnectionString, string? target, TextWriter output, CancellationToken cancellationToken)
    {
        await using var db = Open(ownerConnectionString);
        var all = db.Database.GetMigrations().ToList();
        var wanted = target switch
        {
            null => all.Count,
            "0" => 0,
            _ => all.FindIndex(id => id == target || id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..] == target) + 1,
        };
        if (wanted == 0 && target is not ("0" or null))
        {
            throw new InvalidOperationException($"There is no migration '{target}'; there are 0, {string.Join(", ", all)}.");
        }

        await using var turn = await OneMigratorAtATimeAsync(ownerConnectionString, output, cancellationToken);
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToHashSet();
        var revert = all[wanted..].Where(applied.Contains).Reverse().ToList();
        var apply = all[..wanted].Where(id => !applied.Contains(id)).ToList();
        var migrator = db.GetService<IMigrator>();
        foreach (var id in revert)
        {
            var before = all.IndexOf(id) is > 0 and var index ? all[index - 1] : Migration.InitialDatabase;
            await StepAsync("Reverted", id, before);
        }

        foreach (var id in apply)
        {
            await StepAsync("Applied", id, id);
        }

        if (revert.Count + apply.Count == 0)
        {
            await output.WriteLineAsync($"Nothing to do: the database is at {(wanted == 0 ? "no migration" : all[wanted - 1])}.");
        }

        async Task StepAsync(string what, string id, string to)
        {
            var watch = Stopwatch.StartNew();
            await migrator.MigrateAsync(to, cancellationToken);
            await output.WriteLineAsync(string.Create(null, $"{what} {id} in {watch.Elapsed.TotalSeconds:0.0} s."));
        }
    }

    private static async Task PrintStatusAsync(string ownerConnectionString, CancellationToken cancellationToken)
    {
        await using var db = Open(ownerConnectionString);
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToHashSet();
        foreach (var id in db.Database.GetMigrations())
        {
            await Console.Out.WriteLineAsync($"{(applied.Contains(id) ? "applied" : "pending")}  {id}");
        }
    }

    /// <summary>The database as its owner sees it, without a limit of time.</summary>
    internal static PlatformDbContext Open(string connectionString, params IInterceptor[] interceptors)
    {
        var options = new DbContextOptionsBuilder<PlatformDbContext>();
        PlatformDbContext.Configure(options);
        // Building an index on a large table takes as long as it takes.
        options.UseNpgsql(connectionString, npgsql => npgsql.CommandTimeout(0)).AddInterceptors(interceptors);
        return new PlatformDbContext(options.Options);
    }

    // EF locks its history table for each single migration. This lock is for the whole run, so that a second migrator
    // starts from what the first left and not from a list that was true before. It is the session's: a migrator that
    // dies gives it up.
    private static async Task<NpgsqlConnection> OneMigratorAtATimeAsync(string connectionString, TextWriter output, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var attempt = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtext('platform migrate'))", connection);
            if (await attempt.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await output.WriteLineAsync("Another migrator is at work; waiting for it.");
                await using var wait = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('platform migrate'))", connection) { CommandTimeout = 0 };
                await wait.ExecuteNonQueryAsync(cancellationToken);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
