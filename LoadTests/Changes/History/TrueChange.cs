using System.Text;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using Platform.ChangeStream;

namespace Platform.LoadTests.Changes.History;

/// <summary>Something that was committed, by the database's own account.</summary>
/// <param name="Id">Its place in the order of commits.</param>
/// <param name="What">The table, as <c>schema.table</c>, or the prefix of a message.</param>
/// <param name="Operation">What happened to the row; null of a message.</param>
/// <param name="Values">The columns that are known, as text; of a message its content, as <c>content</c>.</param>
internal sealed record TrueChange(EventId Id, string What, ChangeOperation? Operation, IReadOnlyDictionary<string, string?> Values)
{
    /// <summary>What a message of the protocol says; its columns are read here, for they can be read only once.</summary>
    internal static async Task<TrueChange> ReadAsync(EventId id, PgOutputReplicationMessage message, CancellationToken cancellationToken)
    {
        if (message is LogicalDecodingMessage said)
        {
            using var content = new StreamReader(said.Data, Encoding.UTF8);
            return new(id, said.Prefix, null, new Dictionary<string, string?> { ["content"] = await content.ReadToEndAsync(cancellationToken) });
        }

        var (relation, row, operation) = message switch
        {
            InsertMessage insert => (insert.Relation, insert.NewRow, ChangeOperation.Insert),
            FullUpdateMessage update => (update.Relation, await SkipAsync(update.OldRow, update.NewRow, cancellationToken), ChangeOperation.Update),
            IndexUpdateMessage update => (update.Relation, await SkipAsync(update.Key, update.NewRow, cancellationToken), ChangeOperation.Update),
            UpdateMessage update => (update.Relation, update.NewRow, ChangeOperation.Update),
            FullDeleteMessage delete => (delete.Relation, delete.OldRow, ChangeOperation.Delete),
            KeyDeleteMessage delete => (delete.Relation, delete.Key, ChangeOperation.Delete),
            _ => throw new InvalidOperationException($"{message.GetType().Name} is no change of a row."),
        };
        var (values, column) = (new Dictionary<string, string?>(StringComparer.Ordinal), 0);
        await foreach (var value in row.WithCancellation(cancellationToken))
        {
            var name = relation.Columns[column++].ColumnName;
            if (!value.IsUnchangedToastedValue)
                values[name] = value.IsDBNull ? null : await value.Get<string>(cancellationToken);
        }

        return new(id, $"{relation.Namespace}.{relation.RelationName}", operation, values);
    }

    // The rows of a message are read in their order.
    private static async Task<ReplicationTuple> SkipAsync(ReplicationTuple before, ReplicationTuple after, CancellationToken cancellationToken)
    {
        await foreach (var _ in before.WithCancellation(cancellationToken))
        {
            // What was there before is not asked for.
        }

        return after;
    }
}
