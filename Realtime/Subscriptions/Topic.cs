using System.Diagnostics.CodeAnalysis;

namespace Platform.Realtime.Subscriptions;

/// <summary>What one subscribes to.</summary>
/// <param name="Name">As clients write it.</param>
/// <param name="Key">As events name it; another than the name for <c>users/me</c> alone.</param>
/// <param name="IsState">Whether its last event says all: those before it may be left out for who is slow.</param>
/// <param name="NeedsAccess">Whether only some may be told.</param>
internal sealed record Topic(string Name, string Key, bool IsState = false, bool NeedsAccess = false)
{
    /// <summary>Which topics there are, for who asked for another.</summary>
    internal const string Forms = "books/{id}, products/{id}, stock/{variantId}, orders/{id}, users/me, catalog or trending, with ids in lower case";

    /// <summary>Everything that is published of the catalogue: so much that it is told in intervals.</summary>
    internal const string Catalog = "catalog";

    private const string Me = "users/me";
    private const string Users = "users/";

    /// <summary>Whether only who is logged in can mean somebody by it.</summary>
    internal bool IsOfUser => Name == Me;

    /// <summary>Reads a topic's name.</summary>
    /// <param name="name">As a client wrote it.</param>
    /// <param name="userId">Who they are; null for a stranger, whose <c>users/me</c> is nobody's.</param>
    /// <param name="topic">The topic.</param>
    internal static bool TryParse(string? name, Guid? userId, [NotNullWhen(true)] out Topic? topic)
    {
        topic = name switch
        {
            Catalog => new Topic(name, name, IsState: true),
            "trending" => new Topic(name, name, IsState: true),
            Me => new Topic(name, $"{Users}{userId}", NeedsAccess: true),
            _ => name?.Split('/') is [var kind, var text] && Guid.TryParseExact(text, "D", out var id) && id.ToString() == text
                ? kind switch
                {
                    "books" or "products" => new Topic(name, name),
                    "stock" => new Topic(name, name, IsState: true),
                    "orders" => new Topic(name, name, NeedsAccess: true),
                    _ => null,
                }
                : null,
        };
        return topic is not null;
    }
}
