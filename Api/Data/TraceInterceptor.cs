using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Platform.ChangeStream;

namespace Platform.Api.Data;

/// <summary>
/// Has a transaction say which trace it belongs to (<see cref="TraceContext"/>), so that the trace goes on with those who read
/// the write-ahead log. Only while the request is traced; with the statement that writes, so it costs no round trip.
/// </summary>
/// <remarks>
/// The message stands in the statement's own transaction, and is committed or rolled back with what was written. Reads say
/// nothing: a transaction that has written nothing has no number yet, and must not get one by this.
/// </remarks>
internal sealed class TraceInterceptor : DbCommandInterceptor
{
    // Behind what it belongs to: results are read in their order, and nobody asks for a last one.
    private const string Say = $";\nSELECT pg_logical_emit_message(true, '{TraceContext.Prefix}', @traceparent) WHERE pg_current_xact_id_if_assigned() IS NOT NULL";

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Extend(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Extend(command, eventData);
        return ValueTask.FromResult(result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Extend(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Extend(command, eventData);
        return ValueTask.FromResult(result);
    }

    private static void Extend(DbCommand command, CommandEventData eventData)
    {
        var writes = eventData.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw;
        if (!writes || Activity.Current is not { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } traceparent })
        {
            return;
        }

        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("traceparent", traceparent);
        command.Parameters.Add(parameter);
#pragma warning disable CA2100 // a constant is added
        command.CommandText = command.CommandText.TrimEnd(';', ' ', '\r', '\n') + Say;
#pragma warning restore CA2100
    }
}
