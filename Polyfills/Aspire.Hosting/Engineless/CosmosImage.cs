using System.Reflection;

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
            [Output, "--urls", $"http://127.0.0.1:{ContainerImages.Text(run.Port(8081))}", "--Cosmos:Folder", run.DataFolder, .. run.Arguments],
            run.Environment),
    };

    // Written when this library is built, which builds the emulator as well.
    private static string Output => typeof(CosmosImage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "cosmosemulatoroutput").Value!;
}
