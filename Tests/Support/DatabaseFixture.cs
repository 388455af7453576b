namespace Platform.Tests.Support;

/// <summary>A migrated database: the class fixture of tests that need no Api.</summary>
public sealed class DatabaseFixture(Stack stack) : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await stack.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
