using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Platform.Api.Http;

namespace Platform.Api.Store.Carts;

/// <summary>A cart as its holder writes it: all of it, what is left out goes.</summary>
internal sealed record CartRequest(
    [property: Required, Description("At most 100, each variant once.")] IReadOnlyList<CartRequest.Item>? Items)
{
    internal sealed record Item([property: Required] Guid? VariantId, [property: Required, Range(1, CartItem.MaxQuantity)] int? Quantity);

    /// <summary>How many copies of one variant.</summary>
    internal sealed record QuantityRequest([property: Required, Range(1, CartItem.MaxQuantity)] int? Quantity)
    {
        internal int Read(FieldErrors errors) => CartRequest.Read("quantity", Quantity, errors);
    }

    /// <returns>What is wanted, as far as <paramref name="errors"/> stays empty.</returns>
    internal (Guid[] Variants, int[] Quantities) Read(FieldErrors errors)
    {
        if (Items is not { Count: <= Cart.MaxItems } items)
        {
            errors.Add("items", $"items is required: at most {Cart.MaxItems}.");
            return ([], []);
        }

        var (variants, quantities) = (new Guid[items.Count], new int[items.Count]);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i]?.VariantId is not { } variant)
            {
                errors.Add($"items[{i}].variantId", $"items[{i}].variantId is required: the id of a variant that is sold.");
            }
            else if (Array.IndexOf(variants, variant, 0, i) >= 0)
            {
                errors.Add($"items[{i}].variantId", $"items[{i}].variantId is there twice.");
            }
            else
            {
                variants[i] = variant;
            }

            quantities[i] = Read($"items[{i}].quantity", items[i]?.Quantity, errors);
        }

        return (variants, quantities);
    }

    private static int Read(string field, int? quantity, FieldErrors errors)
    {
        if (quantity is not (>= 1 and <= CartItem.MaxQuantity))
        {
            errors.Add(field, $"{field} must be a whole number from 1 to {CartItem.MaxQuantity}.");
        }

        return quantity ?? 0;
    }
}
