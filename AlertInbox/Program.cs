using Platform.ServiceDefaults;

namespace Platform.AlertInbox;

/// <summary>Where alerts go in development, in place of a pager and a ticket system.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ServiceProgram.RunAsync("AlertInbox", () => Build(args));

    internal static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            // What lacks a part is not Alertmanager's.
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.AddSingleton(new Inbox(Settings.Number(builder.Configuration, "Inbox:Keep", 1_000, 1, 100_000)));

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapInbox();
        return app;
    }
}
