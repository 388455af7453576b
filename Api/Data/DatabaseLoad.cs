namespace Platform.Api.Data;

/// <summary>
/// A reading from the database for the cache: in a scope and on a connection of its own, and with a deadline of its own.
/// The requests that wait for it may all leave, and it goes on.
/// </summary>
internal sealed class DatabaseLoad : IAsyncDisposable
{
    private readonly AsyncServiceScope _scope;
    private readonly DatabaseWait _wait;

    /// <param name="scopes">Makes the scope.</param>
    /// <param name="limits">How long it may take.</param>
    /// <param name="unwanted">Ends it at once.</param>
    internal DatabaseLoad(IServiceScopeFactory scopes, DatabaseLimits limits, CancellationToken unwanted)
    {
        _scope = scopes.CreateAsyncScope();
        Db = Services.GetRequiredService<PlatformDbContext>();
        _wait = new DatabaseWait(Db, limits.RequestDeadline, Services.GetRequiredService<DatabaseAdmission>(), unwanted);
    }

    /// <summary>Of the load's own scope.</summary>
    internal IServiceProvider Services => _scope.ServiceProvider;

    internal PlatformDbContext Db { get; }

    public ValueTask DisposeAsync()
    {
        _wait.Dispose();
        return _scope.DisposeAsync();
    }
}
