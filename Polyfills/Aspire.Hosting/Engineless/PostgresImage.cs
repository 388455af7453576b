using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engineless;

/// <summary>PostgreSQL 17 with the extensions of the images it stands for.</summary>
internal static class PostgresImage
{
    private const string Programs = "/usr/lib/postgresql/17/bin/";
    private const string DataFolder = "pgdata";
    private const string NewDataFolder = "pgdata.new";

    public static ContainerImage Entry { get; } = new()
    {
        Names = ["postgres", "pgvector/pgvector", "timescale/timescaledb", "timescale/timescaledb-ha"],
        Packages = ["postgresql-17", "postgresql-17-pgvector", "postgresql-17-timescaledb", "postgresql-17-hypopg", "postgresql-17-cron"],
        DataPaths = ["/var/lib/postgresql", "/home/postgres/pgdata"],
        StopSignal = PosixSignal.SIGINT, // "fast": ends sessions, writes a checkpoint
        Preparation = Initialise,
        // initdb was interrupted unless this has happened.
        Prepared = run => Directory.Move(Path.Combine(run.DataFolder, NewDataFolder), Path.Combine(run.DataFolder, DataFolder)),
        Program = run => new(
            Programs + "postgres",
            [
                "-D", $"{ContainerImage.SandboxDataPath}/{DataFolder}",
                "-c", "listen_addresses=127.0.0.1",
                "-c", $"port={ContainerImages.Text(run.Port(5432))}",
                "-c", "unix_socket_directories=/tmp", // the sandbox's own
                .. ContainerImages.WithoutCommand(run.Arguments, "postgres"),
            ],
            Environment(run)),
    };

    private static ContainerProgram? Initialise(ContainerRun run)
    {
        if (Directory.Exists(Path.Combine(run.DataFolder, DataFolder)))
            return null;
        var unfinished = Path.Combine(run.DataFolder, NewDataFolder);
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        if (!run.Environment.TryGetValue("POSTGRES_PASSWORD", out var password) || password.Length == 0)
            throw new DistributedApplicationException("The PostgreSQL image needs a superuser password: set POSTGRES_PASSWORD, or use AddPostgres.");
        return new(
            Programs + "initdb",
            [
                "-D", $"{ContainerImage.SandboxDataPath}/{NewDataFolder}",
                "--username=" + run.Environment.GetValueOrDefault("POSTGRES_USER", "postgres"),
                "--pwfile=/dev/stdin",
                "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin",
                .. run.Environment.GetValueOrDefault("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ],
            Environment(run),
            password + "\n");
    }

    private static Dictionary<string, string> Environment(ContainerRun run) =>
        ContainerImages.Without(run.Environment, "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "POSTGRES_HOST_AUTH_METHOD");
}
