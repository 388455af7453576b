using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Platform.Api.Http;

namespace Platform.Api.Interactions;

/// <summary>What a client tells at once; sent again, with the ids it gave, it counts once.</summary>
internal sealed record InteractionRequest(
    [property: Required, MinLength(1), MaxLength(InteractionRequest.MaxCount), Description("1 to 100.")] IReadOnlyList<InteractionRequest.Item>? Interactions)
{
    internal const int MaxCount = 100;

    internal sealed record Item(
        [property: Required, Description("Given by the client, a new one for each interaction.")] Guid? Id,
        [property: Required, AllowedValues("view", "search-click", "cart-add", "shelf-add", "hide")] string? Kind,
        [property: Required] Guid? BookId,
        [property: Description("The product that the book was seen as.")] Guid? ProductId = null,
        [property: AllowedValues("want", "reading", "read", null), Description("Of shelf-add alone.")] string? Shelf = null,
        [property: Description("When it happened; now unless said.")] DateTimeOffset? At = null);

    /// <summary>Reads what was sent, as far as <paramref name="errors"/> stays empty.</summary>
    /// <param name="user">Whose it is; null for somebody who is not logged in.</param>
    /// <param name="now">When it is, of what does not say.</param>
    /// <param name="errors">Gets what is wrong.</param>
    internal Interaction[] Read(Guid? user, DateTimeOffset now, FieldErrors errors)
    {
        if (Interactions is not { Count: >= 1 and <= MaxCount } items)
        {
            errors.Add("interactions", $"interactions is required: 1 to {MaxCount}.");
            return [];
        }

        var interactions = new Interaction[items.Count];
        for (var i = 0; i < items.Count; i++)
        {
            interactions[i] = Read(items[i], $"interactions[{i}]", user, now, errors);
        }

        return interactions;
    }

    private static Interaction Read(Item? item, string field, Guid? user, DateTimeOffset now, FieldErrors errors)
    {
        if (item?.Id is null)
        {
            errors.Add($"{field}.id", $"{field}.id is required: a UUID.");
        }

        if (item?.BookId is null)
        {
            errors.Add($"{field}.bookId", $"{field}.bookId is required: the id of a book.");
        }

        if (Array.IndexOf(Interaction.Kinds, item?.Kind) < 0)
        {
            errors.Add($"{field}.kind", $"{field}.kind must be one of {string.Join(", ", Interaction.Kinds)}.");
        }

        if (item?.Kind == "shelf-add" ? Array.IndexOf(Interaction.Shelves, item.Shelf) < 0 : item?.Shelf is not null)
        {
            errors.Add($"{field}.shelf", $"{field}.shelf must be one of {string.Join(", ", Interaction.Shelves)} with shelf-add, and is not for other kinds.");
        }

        // What the database keeps, so that it is the same in the row and in the message.
        var at = (item?.At ?? now).ToUniversalTime();
        return new Interaction
        {
            Id = IdOf(user, item?.Id ?? default), Kind = item?.Kind ?? "", UserId = user, BookId = item?.BookId ?? default,
            ProductId = item?.ProductId, Shelf = item?.Shelf, At = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond)),
        };
    }

    // Two clients may give one id: neither is to take the other's for its own.
    private static Guid IdOf(Guid? user, Guid given)
    {
        Span<byte> both = stackalloc byte[32];
        (user ?? default).TryWriteBytes(both, bigEndian: true, out _);
        given.TryWriteBytes(both[16..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(both, hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
