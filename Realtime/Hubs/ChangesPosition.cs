namespace Platform.Realtime.Hubs;

/// <summary>A place in the one order of all changes, as clients keep it.</summary>
/// <param name="Epoch">The history that it is of; another after the database was restored or failed over.</param>
/// <param name="Id">To be given to <c>Subscribe</c> after a reconnect.</param>
internal sealed record ChangesPosition(string Epoch, string Id)
{
    internal static ChangesPosition Of(string id) => new(id[..id.IndexOf(':', StringComparison.Ordinal)], id);
}
