using System.Globalization;

namespace Platform.Emulators.Cosmos;

/// <summary>The emulator's settings.</summary>
/// <param name="Folder"><c>Cosmos:Folder</c>: where it keeps everything.</param>
/// <param name="Key"><c>Cosmos:Key</c>: the account's key, in base64; the one that Microsoft's emulator has unless it is given.</param>
/// <param name="RequestUnits"><c>Cosmos:RequestUnits</c>: what each container may spend a second; 0 for no limit.</param>
internal sealed record EmulatorSettings(string Folder, byte[] Key, int RequestUnits)
{
    // Published, and the same everywhere, so that a connection string needs no secret in development
    // (https://learn.microsoft.com/azure/cosmos-db/emulator).
    private const string WellKnownKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
    private const int MostUnits = 10_000_000;

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static EmulatorSettings From(IConfiguration configuration)
    {
        var folder = configuration["Cosmos:Folder"];
        if (string.IsNullOrWhiteSpace(folder))
            throw new InvalidOperationException("Cosmos:Folder is required: the folder in which the emulator keeps its data.");
        var key = new byte[64];
        if (!Convert.TryFromBase64String(configuration["Cosmos:Key"] ?? WellKnownKey, key, out var length) || length != key.Length)
            throw new InvalidOperationException("Cosmos:Key must be 64 bytes in base64.");
        var units = 0;
        if (configuration["Cosmos:RequestUnits"] is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out units) || units > MostUnits))
            throw new InvalidOperationException($"Cosmos:RequestUnits must be 0 (no limit) to {MostUnits}.");
        return new EmulatorSettings(folder, key, units);
    }
}
