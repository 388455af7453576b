namespace Platform.Emulators.Cosmos.Storage;

/// <summary>A database: containers by name.</summary>
internal sealed class Database(uint number, string id)
{
    internal uint Number => number;

    internal string Id => id;

    internal string ResourceId => Storage.ResourceId.OfDatabase(number);

    /// <summary>In the order they were made.</summary>
    internal List<Container> Containers { get; set; } = [];
}
