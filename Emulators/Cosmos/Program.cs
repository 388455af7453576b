using Platform.Emulators.Cosmos;
using Platform.Emulators.Cosmos.Http;
using Platform.Emulators.Cosmos.Storage;

var builder = WebApplication.CreateBuilder(args);
var settings = EmulatorSettings.From(builder.Configuration);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
});
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(_ => Account.Open(settings.Folder));
builder.Services.AddSingleton(services => new MasterKey(settings.Key, services.GetRequiredService<TimeProvider>()));
builder.Services.AddSingleton(services => new Throughput(settings.RequestUnits, services.GetRequiredService<TimeProvider>()));
builder.Services.AddHostedService<Upkeep>();

var app = builder.Build();
// Before the first request: what is in the folder takes a while to read.
app.Services.GetRequiredService<Account>();
app.UseRouting();
app.UseMiddleware<Pipeline>();
app.MapGet("/alive", [Open] () => "alive");
app.MapDatabases();
app.MapContainers();
app.MapItems();
app.MapExplorer();
await app.RunAsync();
