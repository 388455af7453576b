namespace Platform.Emulators.Cosmos.Items;

/// <summary>What is to be done with an item; the numbers are those of the batch format.</summary>
internal enum ItemOperationKind
{
    /// <summary>Make it.</summary>
    Create = 0,

    /// <summary>Change parts of it.</summary>
    Patch = 1,

    /// <summary>Read it.</summary>
    Read = 2,

    /// <summary>Remove it.</summary>
    Delete = 4,

    /// <summary>Give it other content.</summary>
    Replace = 5,

    /// <summary>Make it, or give it other content.</summary>
    Upsert = 20,
}

/// <summary>A request about an item, alone or in a batch.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Partition">The partition key that the request gives; null when it gives none.</param>
/// <param name="Id">Whose; null for what has it in its body.</param>
/// <param name="Body">The item, or the patch.</param>
/// <param name="IfMatch">The ETag that it must have; <c>*</c> for any; null for no condition.</param>
/// <param name="IfNoneMatch">The ETag with which it need not be read again.</param>
internal sealed record ItemOperation(
    ItemOperationKind Kind, Storage.PartitionKey? Partition, string? Id, ReadOnlyMemory<byte> Body, string? IfMatch = null, string? IfNoneMatch = null);

/// <summary>What became of it.</summary>
/// <param name="Status">As in HTTP.</param>
/// <param name="SubStatus">The service's more exact status.</param>
/// <param name="ETag">The ETag that the item has now.</param>
/// <param name="Json">The item; null where there is none.</param>
/// <param name="Error">Why it was not done.</param>
internal sealed record ItemResult(int Status, int SubStatus = 0, string? ETag = null, byte[]? Json = null, Storage.CosmosException? Error = null)
{
    internal bool IsSuccess => Status < 300;

    /// <summary>What it costs, in the service's units: as much as it says for items of 1 KB, and more for larger.</summary>
    internal double Charge(ItemOperationKind kind) => kind == ItemOperationKind.Read || !IsSuccess ? Math.Max(1, Kilobytes) : 5.71 * Math.Max(1, Kilobytes);

    private double Kilobytes => Math.Ceiling((Json?.Length ?? 0) / 1024.0);
}
