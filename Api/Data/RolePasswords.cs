namespace Platform.Api.Data;

/// <summary>The passwords of the platform's roles.</summary>
internal sealed record RolePasswords(string Owner, string App, string Reader, string Replicator, string Monitor)
{
    /// <summary>Reads <c>Database:OwnerPassword</c>, <c>Database:AppPassword</c>, <c>Database:ReaderPassword</c>, <c>Database:ReplicatorPassword</c> and <c>Database:MonitorPassword</c>.</summary>
    /// <exception cref="InvalidOperationException">One is missing or not usable; the message names it.</exception>
    internal static RolePasswords From(IConfiguration configuration)
    {
        return new RolePasswords(Read("Database:OwnerPassword"), Read("Database:AppPassword"), Read("Database:ReaderPassword"), Read("Database:ReplicatorPassword"), Read("Database:MonitorPassword"));

        // Beyond ASCII a password is normalised before it is hashed (RFC 4013), which is not worth doing here.
        string Read(string key) => configuration[key] is { Length: >= 8 } password && password.All(c => c is > ' ' and <= '~')
            ? password
            : throw new InvalidOperationException($"{key} must be set to at least 8 printable ASCII characters without spaces.");
    }

    // A record prints its members.
    /// <inheritdoc />
    public override string ToString() => nameof(RolePasswords);
}
