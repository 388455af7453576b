using Platform.Realtime.Changes;
using Platform.Realtime.Subscriptions;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddCaching("redis");
builder.Services.AddSingleton<Fanout>();
builder.Services.AddSingleton<ChangeLog>();

var app = builder.Build();
app.MapDefaultEndpoints();
await app.RunAsync();
