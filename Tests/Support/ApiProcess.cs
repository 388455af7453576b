namespace Platform.Tests.Support;

/// <summary>The Api in a process of its own.</summary>
internal sealed class ApiProcess : ServiceProcess
{
    private ApiProcess(IEnumerable<(string Key, string Value)> settings)
        : base("Api", settings)
    {
    }

    /// <summary>Starts it on <paramref name="database"/>, and waits until it is ready.</summary>
    public static async Task<ApiProcess> StartAsync(TestDatabase database, params (string Name, string Value)[] settings)
    {
        var process = new ApiProcess(
        [
            ("ConnectionStrings:platform", database.App), ("ConnectionStrings:redis", database.Redis),
            ("Cache:Namespace", database.Name), ("Identity:KeySecret", ApiFixture.KeySecret), ("Identity:HashIterations", ApiFixture.HashIterations),
            ("Database:RequestDeadline", "00:00:40"), ("Analytics:Address", "http://127.0.0.1:9"), .. ApiFixture.Unlimited, .. settings,
        ]);
        await process.ReadyAsync();
        return process;
    }
}
