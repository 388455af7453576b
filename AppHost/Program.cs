using System.Net.Http.Json;
using System.Text.Json;

var builder = DistributedApplication.CreateBuilder(args);

// Generated on the first run and kept in the user secrets; set Parameters:<name> to choose one.
var generated = new GenerateParameterDefault { MinLength = 22, Special = false };
var postgresPassword = builder.AddParameter("postgres-password", generated, secret: true, persist: true);
var ownerPassword = builder.AddParameter("owner-password", generated, secret: true, persist: true);
var appPassword = builder.AddParameter("app-password", generated, secret: true, persist: true);
var readerPassword = builder.AddParameter("reader-password", generated, secret: true, persist: true);
var replicatorPassword = builder.AddParameter("replicator-password", generated, secret: true, persist: true);
var monitorPassword = builder.AddParameter("monitor-password", generated, secret: true, persist: true);
var adminPassword = builder.AddParameter("admin-password", generated, secret: true, persist: true);
var grafanaPassword = builder.AddParameter("grafana-password", generated, secret: true, persist: true);
var keySecret = builder.AddParameter("key-secret", generated, secret: true, persist: true);

var postgres = builder.AddPostgres("postgres", password: postgresPassword, port: 5432)
    .WithImage("timescale/timescaledb-ha", "pg17.10-ts2.28.2")
    .WithArgs(
        "-c", "wal_level=logical",
        "-c", "max_slot_wal_keep_size=8GB", // a reader that is away for long loses its place before the disk is full
        "-c", "max_replication_slots=20", // each snapshot takes one for a moment
        "-c", "max_wal_senders=20",
        "-c", "shared_preload_libraries=timescaledb,pg_stat_statements",
        "-c", "max_worker_processes=32", // TimescaleDB's scheduler takes one in each database
        "-c", "max_connections=200",
        "-c", "shared_buffers=256MB",
        "-c", "work_mem=16MB",
        "-c", "maintenance_work_mem=128MB",
        "-c", "max_wal_size=2GB",
        "-c", "timescaledb.telemetry_level=off");
postgres.WithVolume(VolumeNameGenerator.Generate(postgres, "data"), "/home/postgres/pgdata");
var platform = postgres.AddDatabase("platform");

var redis = builder.AddRedis("redis", port: 6379).WithDataVolume();

#pragma warning disable ASPIRECOSMOSDB001 // the Linux emulator is still a preview
var cosmos = builder.AddAzureCosmosDB("cosmos").RunAsPreviewEmulator(emulator => emulator.WithGatewayPort(8081).WithDataVolume());
#pragma warning restore ASPIRECOSMOSDB001
var analyticsStore = cosmos.AddCosmosDatabase("analytics-store", "analytics");
var events = analyticsStore.AddContainer("events", "/stream");
analyticsStore.AddContainer("parked", "/stream");
analyticsStore.AddContainer("forgotten", "/id");
analyticsStore.AddContainer("projections", "/id"); // those with policies, and those of a generation, the service makes

// Each database role has its own connection string: no service connects as the superuser.
var server = postgres.Resource.PrimaryEndpoint;
ReferenceExpression ConnectAs(string role, IResourceBuilder<ParameterResource> password) => ReferenceExpression.Create(
    $"Host={server.Property(EndpointProperty.Host)};Port={server.Property(EndpointProperty.Port)};Database={platform.Resource.DatabaseName};Username={role};Password={password}");
var owner = builder.AddConnectionString("platform-owner", ConnectAs("platform_owner", ownerPassword));
var app = builder.AddConnectionString("platform-app", ConnectAs("platform_app", appPassword));
var replicator = builder.AddConnectionString("platform-replicator", ConnectAs("platform_replicator", replicatorPassword));

var migrate = builder.AddProject<Projects.Api>("migrate", options => options.ExcludeLaunchProfile = true)
    .WithArgs("migrate", "--demo")
    .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName)
    .WithReference(platform, connectionName: "platform-admin")
    .WithReference(owner)
    .WithReference(redis) // told when there are works now where none were
    .WithEnvironment("Database__OwnerPassword", ownerPassword)
    .WithEnvironment("Database__AppPassword", appPassword)
    .WithEnvironment("Database__ReaderPassword", readerPassword)
    .WithEnvironment("Database__ReplicatorPassword", replicatorPassword)
    .WithEnvironment("Database__MonitorPassword", monitorPassword)
    .WithEnvironment("Identity__AdminPassword", adminPassword)
    .WaitFor(platform);

var api = builder.AddProject<Projects.Api>("api")
    .WithReference(app, connectionName: "platform")
    .WithReference(redis)
    .WithEnvironment("Identity__KeySecret", keySecret)
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints()
    .WaitForCompletion(migrate)
    .WaitFor(redis);

// Two nodes: one reads the changes and publishes them, both serve clients, and either can go.
var realtime = builder.AddProject<Projects.Realtime>("realtime");
var realtime2 = builder.AddProject<Projects.Realtime>("realtime-2", options => options.ExcludeLaunchProfile = true)
    .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName)
    .WithHttpEndpoint(port: 5201);
foreach (var node in new[] { realtime, realtime2 })
{
    node.WithReference(replicator)
        .WithReference(redis)
        .WithReference(api)
        .WithHttpHealthCheck("/health")
        .WithExternalHttpEndpoints()
        .WaitFor(api)
        .WaitFor(redis);
}

var analytics = builder.AddProject<Projects.Analytics>("analytics")
    .WithReference(replicator)
    .WithReference(cosmos)
    .WithReference(api)
    .WithHttpHealthCheck("/health")
    .WaitForCompletion(migrate)
    .WaitFor(events);
api.WithReference(analytics); // each knows where the other is, and neither waits for it

// What the servers say of themselves. Passwords go by the environment: arguments are for everyone to read.
var postgresExporter = builder.AddContainer("postgres-exporter", "prometheuscommunity/postgres-exporter", "v0.17.1")
    .WithHttpEndpoint(port: 9187, targetPort: 9187)
    .WithHttpHealthCheck("/")
    .WithEnvironment("DATA_SOURCE_URI", $"{server.Property(EndpointProperty.Host)}:{server.Property(EndpointProperty.Port)}/{platform.Resource.DatabaseName}?sslmode=disable")
    .WithEnvironment("DATA_SOURCE_USER", "platform_monitor")
    .WithEnvironment("DATA_SOURCE_PASS", monitorPassword)
    .WaitForCompletion(migrate);
var redisServer = redis.Resource.PrimaryEndpoint;
var redisExporter = builder.AddContainer("redis-exporter", "oliver006/redis_exporter", "v1.69.0")
    .WithHttpEndpoint(port: 9121, targetPort: 9121)
    .WithHttpHealthCheck("/health")
    .WithEnvironment("REDIS_ADDR", $"redis://{redisServer.Property(EndpointProperty.Host)}:{redisServer.Property(EndpointProperty.Port)}")
    .WithEnvironment("REDIS_PASSWORD", $"{redis.Resource.PasswordParameter!}")
    .WaitFor(redis);

// In development alerts come to an inbox; elsewhere its address is a pager's and a ticket system's.
var alertInbox = builder.AddProject<Projects.AlertInbox>("alert-inbox")
    .WithHttpHealthCheck("/health");
var alertmanager = builder.AddContainer("alertmanager", "prom/alertmanager", "v0.28.1")
    .WithHttpEndpoint(port: 9093, targetPort: 9093)
    .WithHttpHealthCheck("/-/ready")
    .WithBindMount("../grafana/alertmanager", "/etc/alertmanager", isReadOnly: true)
    .WithContainerFiles("/receivers", async (_, cancellationToken) =>
    [
        new ContainerFile { Name = "inbox", Contents = $"http://{await Scraped(alertInbox).GetValueAsync(cancellationToken)}/alerts" },
    ]);
alertmanager.WithVolume(VolumeNameGenerator.Generate(alertmanager, "data"), "/alertmanager"); // silences, and what was told already
alertmanager.WithCommand("test-alert", "Send a test alert", SendTestAlertAsync, new() { Description = "Shows in the inbox whether somebody would be told.", IconName = "Alert" });
async Task<ExecuteCommandResult> SendTestAlertAsync(ExecuteCommandContext context)
{
    using var client = new HttpClient { BaseAddress = new Uri(alertmanager.GetEndpoint("http").Url) };
    var alert = new { labels = new { alertname = "TestAlert", severity = "page", owner = "platform" }, annotations = new { summary = "Somebody has tried whether alerts get through." } };
    using var answer = await client.PostAsJsonAsync("/api/v2/alerts", new[] { alert }, context.CancellationToken);
    return answer.IsSuccessStatusCode ? CommandResults.Success() : CommandResults.Failure($"Alertmanager answers {(int)answer.StatusCode}.");
}

var prometheus = builder.AddContainer("prometheus", "prom/prometheus", "v2.53.5")
    .WithHttpEndpoint(port: 9090, targetPort: 9090)
    .WithHttpHealthCheck("/-/ready")
    .WithBindMount("../grafana/prometheus", "/etc/prometheus", isReadOnly: true);
static EndpointReferenceExpression Scraped(IResourceBuilder<IResourceWithEndpoints> service) =>
    service.GetEndpoint("http", KnownNetworkIdentifiers.DefaultAspireContainerNetwork).Property(EndpointProperty.HostAndPort);
var ownPort = prometheus.GetEndpoint("http").Property(EndpointProperty.TargetPort);
prometheus.WithVolume(VolumeNameGenerator.Generate(prometheus, "data"), "/prometheus")
    .WithContainerFiles("/targets", async (_, cancellationToken) =>
    [
        Targets("api.json", await Scraped(api).GetValueAsync(cancellationToken)),
        Targets("realtime.json", await Scraped(realtime).GetValueAsync(cancellationToken), await Scraped(realtime2).GetValueAsync(cancellationToken)),
        Targets("analytics.json", await Scraped(analytics).GetValueAsync(cancellationToken)),
        Targets("alertmanager.json", await Scraped(alertmanager).GetValueAsync(cancellationToken)),
        Targets("postgres.json", await Scraped(postgresExporter).GetValueAsync(cancellationToken)),
        Targets("redis.json", await Scraped(redisExporter).GetValueAsync(cancellationToken)),
        Targets("prometheus.json", $"localhost:{await ownPort.GetValueAsync(cancellationToken)}"),
    ]);
static ContainerFile Targets(string name, params string?[] addresses) => new()
{
    Name = name,
    Contents = JsonSerializer.Serialize(new[] { new { targets = addresses } }),
};

// Everybody on this machine may look; who changes something logs in as admin.
builder.AddContainer("grafana", "grafana/grafana", "12.2.1")
    .WithHttpEndpoint(port: 3000, targetPort: 3000)
    .WithHttpHealthCheck("/api/health")
    .WithBindMount("../grafana/provisioning", "/etc/grafana/provisioning", isReadOnly: true)
    .WithBindMount("../grafana/dashboards", "/var/lib/grafana/dashboards", isReadOnly: true)
    .WithEnvironment("PROMETHEUS_URL", prometheus.GetEndpoint("http"))
    .WithEnvironment("TRACES_URL", "http://localhost:18888") // the Aspire dashboard, which the browser opens
    .WithEnvironment("GF_AUTH_ANONYMOUS_ENABLED", "true")
    .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", grafanaPassword)
    .WithEnvironment("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH", "/var/lib/grafana/dashboards/overview.json")
    .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false")
    .WithEnvironment("GF_ANALYTICS_CHECK_FOR_UPDATES", "false");

builder.Build().Run();

// Not public, as it would be by default: tests mean the Api's by that name.
internal sealed partial class Program;
