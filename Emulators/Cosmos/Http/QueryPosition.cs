using System.Globalization;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>Where a query goes on: after an item and some of its rows, or after some rows of all.</summary>
/// <param name="Lsn">The item comes after this change.</param>
/// <param name="Skip">So many rows come before.</param>
internal readonly record struct QueryPosition(long Lsn, long Skip)
{
    /// <exception cref="CosmosException">It is none that was given here.</exception>
    internal static QueryPosition Parse(string? continuation)
    {
        if (string.IsNullOrEmpty(continuation))
            return default;
        return continuation.Split('#') is ["EMU", var lsn, var skip]
            && long.TryParse(lsn, NumberStyles.None, CultureInfo.InvariantCulture, out var after) && long.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
                ? new QueryPosition(after, rows)
                : throw CosmosException.BadRequest("The continuation token is not one that this query was answered with.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"EMU#{Lsn}#{Skip}");
}
