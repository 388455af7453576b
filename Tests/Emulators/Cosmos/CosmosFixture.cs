namespace Platform.Tests.Emulators.Cosmos;

/// <summary>One emulator for the tests of a class.</summary>
public sealed class CosmosFixture : IAsyncLifetime
{
    internal CosmosEmulator Emulator { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Emulator = await CosmosEmulator.StartAsync();

    public ValueTask DisposeAsync() => Emulator.DisposeAsync();
}
