using System.Text;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>What a record of the journal says: a change that was decided and is to be applied, now or when it is read again.</summary>
internal abstract record Change
{
    /// <summary>A database was made.</summary>
    internal sealed record PutDatabase(uint Database, string Id) : Change;

    /// <summary>A database was removed, with what was in it.</summary>
    internal sealed record DeleteDatabase(uint Database) : Change;

    /// <summary>A container was made, or its definition replaced.</summary>
    internal sealed record PutContainer(uint Database, uint Container, long Lsn, long ModifiedAt, string Definition) : Change;

    /// <summary>A container was removed, with what was in it.</summary>
    internal sealed record DeleteContainer(uint Database, uint Container) : Change;

    /// <summary>An item has this version now.</summary>
    internal sealed record PutItem(uint Database, uint Container, long Lsn, long Number, long ModifiedAt, long ExpiresAt, PartitionKey Partition, string Id, byte[] Json) : Change;

    /// <summary>An item was removed.</summary>
    internal sealed record DeleteItem(uint Database, uint Container, long Lsn, PartitionKey Partition, string Id) : Change;

    /// <summary>Where the numbers were when a snapshot was taken: what was removed before has had some of them.</summary>
    internal sealed record Counters(uint Databases, uint Containers) : Change;

    /// <summary>Changes that are one: all of them happened, or none.</summary>
    internal static byte[] Write(IReadOnlyCollection<Change> changes)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            foreach (var change in changes)
                change.WriteTo(writer);
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    internal static IEnumerable<Change> Read(byte[] record)
    {
        using var reader = new BinaryReader(new MemoryStream(record), Encoding.UTF8);
        while (reader.BaseStream.Position < record.Length)
        {
            yield return (char)reader.ReadByte() switch
            {
                'D' => new PutDatabase(reader.ReadUInt32(), reader.ReadString()),
                'd' => new DeleteDatabase(reader.ReadUInt32()),
                'C' => new PutContainer(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString()),
                'c' => new DeleteContainer(reader.ReadUInt32(), reader.ReadUInt32()),
                'I' => new PutItem(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(),
                    new PartitionKey(reader.ReadString()), reader.ReadString(), reader.ReadBytes(reader.ReadInt32())),
                'i' => new DeleteItem(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadInt64(), new PartitionKey(reader.ReadString()), reader.ReadString()),
                'N' => new Counters(reader.ReadUInt32(), reader.ReadUInt32()),
                var kind => throw new InvalidDataException($"A record of kind '{kind}' is of another version of this emulator."),
            };
        }
    }

    private void WriteTo(BinaryWriter writer)
    {
        switch (this)
        {
            case PutDatabase put:
                writer.Write((byte)'D');
                writer.Write(put.Database);
                writer.Write(put.Id);
                break;
            case DeleteDatabase delete:
                writer.Write((byte)'d');
                writer.Write(delete.Database);
                break;
            case PutContainer put:
                writer.Write((byte)'C');
                writer.Write(put.Database);
                writer.Write(put.Container);
                writer.Write(put.Lsn);
                writer.Write(put.ModifiedAt);
                writer.Write(put.Definition);
                break;
            case DeleteContainer delete:
                writer.Write((byte)'c');
                writer.Write(delete.Database);
                writer.Write(delete.Container);
                break;
            case PutItem put:
                writer.Write((byte)'I');
                writer.Write(put.Database);
                writer.Write(put.Container);
                writer.Write(put.Lsn);
                writer.Write(put.Number);
                writer.Write(put.ModifiedAt);
                writer.Write(put.ExpiresAt);
                writer.Write(put.Partition.Key);
                writer.Write(put.Id);
                writer.Write(put.Json.Length);
                writer.Write(put.Json);
                break;
            case DeleteItem delete:
                writer.Write((byte)'i');
                writer.Write(delete.Database);
                writer.Write(delete.Container);
                writer.Write(delete.Lsn);
                writer.Write(delete.Partition.Key);
                writer.Write(delete.Id);
                break;
            case Counters counters:
                writer.Write((byte)'N');
                writer.Write(counters.Databases);
                writer.Write(counters.Containers);
                break;
        }
    }
}
