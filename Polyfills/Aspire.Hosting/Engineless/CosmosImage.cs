namespace Aspire.Hosting.Engineless;

/// <summary>Emulators/Cosmos, in place of Microsoft's emulator.</summary>
internal static class CosmosImage
{
    public static ContainerImage Entry { get; } = new()
    {
        Names = ["cosmosdb/linux/azure-cosmos-emulator"],
        Packages = [],
        DataPaths = ["/data"],
        IsOfMachine = true,
        Program = run => new(
            ProcessLauncher.DotnetPath,
            [Emulator.Program("Cosmos"), "--urls", $"http://127.0.0.1:{ContainerImages.Text(run.Port(8081))}", "--Cosmos:Folder", run.DataFolder, .. run.Arguments],
            run.Environment),
    };
}
