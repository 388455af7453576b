using System.Diagnostics;
using Platform.Tests.Support;

namespace Platform.Tests.Grafana;

/// <summary>Holds the dashboards to the JSON model that Grafana publishes, by the compiler of the language it is published in.</summary>
public sealed class DashboardSchemaTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_dashboard_is_of_grafanas_model()
    {
        var folder = Directory.CreateTempSubdirectory("dashboards-");
        try
        {
            await FetchAsync(folder.FullName);
            foreach (var dashboard in DashboardFile.All)
                await WriteAsync(folder.FullName, dashboard.Name, dashboard.Text);

            Assert.Equal("", await CompileAsync(folder.FullName));

            // Held to it indeed: a name that the model does not have, and a value that an option does not take.
            await WriteAsync(folder.FullName, "name", DashboardFile.Of("overview").Text.Replace("\"gridPos\"", "\"gridPosition\"", StringComparison.Ordinal));
            await WriteAsync(folder.FullName, "value", DashboardFile.Of("overview").Text.Replace("\"colorMode\": \"value\"", "\"colorMode\": \"loud\"", StringComparison.Ordinal));
            var said = await CompileAsync(folder.FullName);
            Assert.Contains("name.ts", said, StringComparison.Ordinal);
            Assert.Contains("value.ts", said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task FetchAsync(string folder)
    {
        await NpmPackage.UnpackAsync("typescript@5.9.3", "jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw==", Path.Combine(folder, "typescript"));
        await NpmPackage.UnpackAsync("@grafana/schema@13.2.3", "rk8FEO7yuFfRTK/JD39747SZFQ+iCTQbpm6Mh2OjnqGx/g/uQQFx56t64eCLXWEyoR68ru4cigcGKrXk+ozrLg==", Path.Combine(folder, "schema"));
        Directory.CreateDirectory(Path.Combine(folder, "node_modules", "@grafana"));
        Directory.Move(Path.Combine(folder, "schema", "package"), Path.Combine(folder, "node_modules", "@grafana", "schema"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Grafana", "dashboard-model.ts"), Path.Combine(folder, "dashboard-model.ts"));
    }

    private static Task WriteAsync(string folder, string name, string json) =>
        File.WriteAllTextAsync(Path.Combine(folder, $"{name}.ts"), $"import type {{ DashboardJson }} from './dashboard-model';\nexport const dashboard: DashboardJson = {json};\n", Ct);

    private static async Task<string> CompileAsync(string folder)
    {
        var start = new ProcessStartInfo("node",
        [
            Path.Combine("typescript", "package", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022",
            .. Directory.EnumerateFiles(folder, "*.ts").Select(path => Path.GetFileName(path)),
        ]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using var compiler = Process.Start(start)!;
        var said = await compiler.StandardOutput.ReadToEndAsync(Ct);
        await compiler.WaitForExitAsync(Ct);
        return said;
    }
}
