using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Platform.Api.Http;
using Platform.Api.Store.Carts;

namespace Platform.Api.Store.Orders;

/// <summary>What is ordered, and where it goes.</summary>
internal sealed record CheckoutRequest(
    [property: Required, Description("One of the caller's addresses; the order keeps it as it is now.")] Guid? AddressId,
    [property: Description("At most 100, each variant once; left out, what is in the cart, which is emptied.")] IReadOnlyList<CheckoutRequest.Item>? Items = null)
{
    internal sealed record Item([property: Required] Guid? VariantId, [property: Required, Range(1, CartItem.MaxQuantity)] int? Quantity);

    /// <summary>Adds what is wrong with it.</summary>
    internal void Check(FieldErrors errors)
    {
        if (AddressId is null)
        {
            errors.Add("addressId", "addressId is required: one of your addresses.");
        }

        if (Items is { Count: 0 or > Cart.MaxItems })
        {
            errors.Add("items", $"items must be 1 to {Cart.MaxItems}; left out, they are those of the cart.");
            return;
        }

        var variants = new HashSet<Guid>();
        for (var i = 0; i < Items?.Count; i++)
        {
            if (Items[i]?.VariantId is not { } variant)
            {
                errors.Add($"items[{i}].variantId", $"items[{i}].variantId is required.");
            }
            else if (!variants.Add(variant))
            {
                errors.Add($"items[{i}].variantId", $"items[{i}].variantId is there twice.");
            }

            if (Items[i]?.Quantity is not (>= 1 and <= CartItem.MaxQuantity))
            {
                errors.Add($"items[{i}].quantity", $"items[{i}].quantity must be a whole number from 1 to {CartItem.MaxQuantity}.");
            }
        }
    }
}
