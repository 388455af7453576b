using System.Diagnostics.CodeAnalysis;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>
/// All that the emulator keeps. A change is decided and applied to memory under one lock and added to the journal; it is
/// answered once it is on the disk. Who reads waits until what was read is there too, so that nobody is told of what a
/// crash would take back.
/// </summary>
internal sealed partial class Account : IAsyncDisposable
{
    private readonly Lock _changing = new();
    private readonly TimeProvider _clock;
    private readonly string _folder;
    private Dictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private Journal _journal;
    private uint _lastDatabase;
    private uint _lastContainer;

    private Account(string folder, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        _journal = Load();
    }

    /// <summary>Opens what is in a folder; an empty one is an empty account.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message says what to do.</exception>
    internal static Account Open(string folder, TimeProvider? clock = null)
    {
        Directory.CreateDirectory(folder);
        return new Account(folder, clock ?? TimeProvider.System);
    }

    /// <summary>Seconds since 1970.</summary>
    internal long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>The databases, in the order they were made.</summary>
    internal IReadOnlyList<Database> Databases => [.. _databases.Values.OrderBy(database => database.Number)];

    /// <summary>Completes once everything that has been seen is on the disk.</summary>
    internal Task Durable => _journal.Durable;

    internal Database Database(string name) =>
        TryDatabase(name, out var database) ? database : throw CosmosException.NotFound($"There is no database {name}.");

    /// <summary>A container, by the names or the resource ids of both.</summary>
    internal Container Container(string database, string container) =>
        TryDatabase(database, out var found) && found.Containers.Find(one => one.Definition.Id == container || one.ResourceId == container) is { } match
            ? match
            : throw CosmosException.NotFound($"There is no container {container} in a database {database}.", subStatus: 1003);

    internal async Task<Database> CreateDatabaseAsync(string id)
    {
        Task durable;
        Database database;
        lock (_changing)
        {
            if (_databases.ContainsKey(id))
                throw CosmosException.Conflict($"There is a database {id} already.");
            durable = Do(new Change.PutDatabase(_lastDatabase + 1, id));
            database = _databases[id];
        }

        await durable;
        return database;
    }

    internal async Task DeleteDatabaseAsync(string name)
    {
        Task durable;
        lock (_changing)
        {
            durable = Do(new Change.DeleteDatabase(Database(name).Number));
        }

        await durable;
    }

    internal async Task<Container> CreateContainerAsync(string database, ContainerDefinition definition)
    {
        Task durable;
        Container container;
        lock (_changing)
        {
            var parent = Database(database);
            if (parent.Containers.Exists(one => one.Definition.Id == definition.Id))
                throw CosmosException.Conflict($"There is a container {definition.Id} already.");
            durable = Do(new Change.PutContainer(parent.Number, _lastContainer + 1, 0, Now, definition.Json));
            container = parent.Containers[^1];
        }

        await durable;
        return container;
    }

    internal async Task<Container> ReplaceContainerAsync(string database, string name, ContainerDefinition definition)
    {
        Task durable;
        Container container;
        lock (_changing)
        {
            container = Container(database, name);
            if (definition.Id != container.Definition.Id)
                throw CosmosException.BadRequest("A container's id cannot be changed.");
            if (!definition.PartitionKeyPath.SequenceEqual(container.Definition.PartitionKeyPath))
                throw CosmosException.BadRequest("A container's partition key cannot be changed.");
            if (!definition.Vectors.Paths.SequenceEqual(container.Definition.Vectors.Paths))
                throw CosmosException.BadRequest("A container's vector embedding policy cannot be changed.");
            durable = Do(new Change.PutContainer(container.Database, container.Number, container.Lsn + 1, Now, definition.Json));
        }

        await durable;
        return container;
    }

    internal async Task DeleteContainerAsync(string database, string name)
    {
        Task durable;
        lock (_changing)
        {
            var container = Container(database, name);
            durable = Do(new Change.DeleteContainer(container.Database, container.Number));
        }

        await durable;
    }

    /// <summary>The state of a container, or of one partition of it, once it is on the disk.</summary>
    internal async Task<ContainerState> ReadAsync(Container container, PartitionKey? partition)
    {
        ContainerState state;
        Task durable;
        lock (_changing)
        {
            // Both at one moment: a list may leave out what ended before it was asked for.
            state = new ContainerState(container.Versions(partition), container.Lsn, Now);
            durable = _journal.Durable;
        }

        await durable;
        return state;
    }

    /// <summary>Decides changes to items of a container, and does them.</summary>
    /// <param name="container">Whose items.</param>
    /// <param name="decide">Says what changes; under the lock. Nothing changes when it throws.</param>
    /// <typeparam name="T">What is answered.</typeparam>
    internal async Task<T> ChangeAsync<T>(Container container, Func<ItemWriter, T> decide)
    {
        Task durable;
        T answer;
        lock (_changing)
        {
            if (!_databases.Values.Any(one => one.Containers.Contains(container)))
                throw CosmosException.NotFound("The container was removed.", subStatus: 1003);
            var writer = new ItemWriter(container, Now);
            answer = decide(writer);
            durable = writer.Changes.Count > 0 ? Do([.. writer.Changes]) : _journal.Durable;
        }

        await durable;
        return answer;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private Task Do(params Change[] changes)
    {
        var durable = _journal.Add(Change.Write(changes));
        foreach (var change in changes)
            Apply(change);
        return durable;
    }

    private void Apply(Change change)
    {
        switch (change)
        {
            case Change.PutDatabase put:
                _lastDatabase = Math.Max(_lastDatabase, put.Database);
                // Copied: others read while this changes.
                _databases = new(_databases, StringComparer.Ordinal) { [put.Id] = new Database(put.Database, put.Id) };
                break;
            case Change.DeleteDatabase delete:
                _databases = _databases.Where(one => one.Value.Number != delete.Database).ToDictionary(StringComparer.Ordinal);
                break;
            case Change.PutContainer put:
                Define(put);
                break;
            case Change.DeleteContainer delete:
                var parent = DatabaseOf(delete.Database);
                parent.Containers = [.. parent.Containers.Where(one => one.Number != delete.Container)];
                break;
            case Change.PutItem put:
                ContainerOf(put.Database, put.Container).Apply(put);
                break;
            case Change.DeleteItem delete:
                ContainerOf(delete.Database, delete.Container).Apply(delete);
                break;
            case Change.Counters counters:
                (_lastDatabase, _lastContainer) = (counters.Databases, counters.Containers);
                break;
        }
    }

    private void Define(Change.PutContainer put)
    {
        var definition = ContainerDefinition.Parse(System.Text.Encoding.UTF8.GetBytes(put.Definition));
        var parent = DatabaseOf(put.Database);
        _lastContainer = Math.Max(_lastContainer, put.Container);
        if (parent.Containers.Find(one => one.Number == put.Container) is { } container)
        {
            container.Define(definition, put.Lsn, put.ModifiedAt);
            return;
        }

        container = new Container(put.Database, put.Container, definition, put.ModifiedAt);
        container.Define(definition, put.Lsn, put.ModifiedAt);
        parent.Containers = [.. parent.Containers, container];
    }

    private Database DatabaseOf(uint number) => _databases.Values.First(one => one.Number == number);

    // The last one that was asked for is mostly the one.
    private Container ContainerOf(uint database, uint number) =>
        _lastUsed is { } last && last.Database == database && last.Number == number
            ? last
            : _lastUsed = DatabaseOf(database).Containers.Find(one => one.Number == number)!;

    private Container? _lastUsed;

    private bool TryDatabase(string name, [NotNullWhen(true)] out Database? database) =>
        _databases.TryGetValue(name, out database) || (database = _databases.Values.FirstOrDefault(one => one.ResourceId == name)) is not null;
}
