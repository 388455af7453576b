using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Platform.Api.Http;

namespace Platform.Api.Store.Products;

/// <summary>A product as staff write it: all of it, what is left out becomes empty.</summary>
internal sealed partial record ProductRequest(
    [property: Required, Description("The book in the catalogue; it cannot be changed later.")] Guid? BookId,
    [property: Required, MaxLength(ProductRequest.MaxSlugLength), Description("Its name in addresses: lower-case letters and digits, words joined by hyphens; no UUID.")] string? Slug,
    [property: Required, MaxLength(ProductRequest.MaxTitleLength)] string? Title,
    [property: MaxLength(ProductRequest.MaxDescriptionLength)] string? Description = null,
    [property: Description("A category of the catalogue.")] Guid? CategoryId = null,
    [property: AllowedValues("draft", "active", "retired"), DefaultValue("draft")] string? Status = null,
    [property: Description("At most 20, all in one currency. One that is left out is no longer sold, and stays in the books.")] IReadOnlyList<ProductRequest.VariantRequest>? Variants = null,
    [property: Description("At most 20, in the order they are shown in.")] IReadOnlyList<ProductRequest.ImageRequest>? Images = null)
{
    private const int MaxSlugLength = 200;
    private const int MaxTitleLength = 500;
    private const int MaxDescriptionLength = 20_000;
    private const int MaxParts = 20;
    private const decimal MaxPrice = 9_999_999_999.99m;

    /// <summary>A variant, known by its SKU.</summary>
    internal sealed record VariantRequest(
        [property: Required, MaxLength(64), Description("Letters, digits, dots, hyphens and underscores.")] string? Sku,
        [property: Required, AllowedValues("hardcover", "paperback", "ebook", "audiobook")] string? Format,
        [property: Required, Range(0, 9_999_999_999.99), Description("At most two decimals.")] decimal? Price,
        [property: Required, Description("ISO 4217, capitals.")] string? Currency,
        [property: DefaultValue(true)] bool? IsActive = null);

    internal sealed record ImageRequest(
        [property: Required, Description("An absolute https address.")] string? Url,
        [property: Required, MaxLength(500), Description("What is to be seen, in words.")] string? Alt);

    /// <summary>Makes the product what the request says.</summary>
    /// <param name="product">A new product, or one with all its parts loaded.</param>
    /// <param name="now">The time of the change.</param>
    /// <param name="errors">Gets what is wrong; then the product must not be saved.</param>
    internal void Apply(Product product, DateTimeOffset now, FieldErrors errors)
    {
        product.Slug = errors.Text("slug", Slug, MaxSlugLength);
        product.Title = errors.Text("title", Title, MaxTitleLength);
        product.Description = errors.OptionalText("description", Description, MaxDescriptionLength);
        product.CategoryId = CategoryId;
        product.UpdatedAt = now;
        // An id in an address is an id.
        if (product.Slug.Length > 0 && (!SlugForm().IsMatch(product.Slug) || Guid.TryParse(product.Slug, out _)))
        {
            errors.Add("slug", "slug must be lower-case letters and digits, words joined by hyphens, as in moby-dick, and no UUID.");
        }

        if (StoreEnums.TryParse<ProductStatus>(Status ?? "draft", out var status))
        {
            product.Status = status;
        }
        else
        {
            errors.Add("status", "status must be draft, active or retired.");
        }

        ApplyVariants(product, now, errors);
        ApplyImages(product, now, errors);
    }

    private void ApplyVariants(Product product, DateTimeOffset now, FieldErrors errors)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Count("variants", Variants, errors); i++)
        {
            var field = $"variants[{i}]";
            var request = Variants![i] ?? new VariantRequest(null, null, null, null);
            var sku = errors.Text($"{field}.sku", request.Sku, 64);
            if (sku.Length > 0 && !SkuForm().IsMatch(sku))
            {
                errors.Add($"{field}.sku", $"{field}.sku must be letters, digits, dots, hyphens and underscores.");
            }

            if (!wanted.Add(sku))
            {
                errors.Add($"{field}.sku", $"{field}.sku is there twice.");
            }

            if (!StoreEnums.TryParse<VariantFormat>(request.Format, out var format))
            {
                errors.Add($"{field}.format", $"{field}.format must be hardcover, paperback, ebook or audiobook.");
            }

            if (request.Price is not { } price || price is < 0 or > MaxPrice || decimal.Round(price, 2) != price)
            {
                errors.Add($"{field}.price", $"{field}.price must be from 0 to {MaxPrice}, with two decimals at most.");
                price = 0;
            }

            if (request.Currency is not { } currency || !CurrencyForm().IsMatch(currency))
            {
                errors.Add($"{field}.currency", $"{field}.currency must be the three capitals of ISO 4217.");
                currency = "";
            }

            var variant = product.Variants.Find(v => v.Sku == sku);
            if (variant is null)
            {
                product.Variants.Add(variant = new ProductVariant { Id = Guid.CreateVersion7(now), ProductId = product.Id, Sku = sku, Currency = currency });
            }

            (variant.Format, variant.Price, variant.Currency, variant.IsActive) = (format, decimal.Round(price, 2), currency, request.IsActive ?? true);
        }

        if (Variants?.Select(v => v?.Currency).OfType<string>().Distinct().Count() > 1)
        {
            errors.Add("variants", "variants must all be in one currency.");
        }

        foreach (var left in product.Variants.Where(v => !wanted.Contains(v.Sku)))
        {
            left.IsActive = false;
        }
    }

    private void ApplyImages(Product product, DateTimeOffset now, FieldErrors errors)
    {
        var count = Count("images", Images, errors);
        product.Images.RemoveAll(i => i.Position >= count);
        for (var i = 0; i < count; i++)
        {
            var request = Images![i] ?? new ImageRequest(null, null);
            var url = errors.Text($"images[{i}].url", request.Url, 2000);
            var alt = errors.Text($"images[{i}].alt", request.Alt, 500);
            if (url.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps))
            {
                errors.Add($"images[{i}].url", $"images[{i}].url must be an absolute https address.");
            }

            if (product.Images.Find(image => image.Position == i) is { } image)
            {
                (image.Url, image.Alt) = (url, alt);
            }
            else
            {
                product.Images.Add(new ProductImage { Id = Guid.CreateVersion7(now), ProductId = product.Id, Url = url, Alt = alt, Position = i });
            }
        }
    }

    private static int Count<T>(string field, IReadOnlyList<T>? parts, FieldErrors errors)
    {
        if (parts?.Count > MaxParts)
        {
            errors.Add(field, $"{field} must be at most {MaxParts}.");
            return 0;
        }

        return parts?.Count ?? 0;
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SlugForm();

    [GeneratedRegex("^[A-Za-z0-9._-]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SkuForm();

    [GeneratedRegex("^[A-Z]{3}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex CurrencyForm();
}
