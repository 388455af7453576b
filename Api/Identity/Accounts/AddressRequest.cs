using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Platform.Api.Http;

namespace Platform.Api.Identity.Accounts;

/// <summary>An address as its owner writes it.</summary>
internal sealed partial record AddressRequest(
    [property: Required, MaxLength(Address.MaxLineLength), Description("Who receives it.")] string? Name,
    [property: Required, MaxLength(Address.MaxLineLength)] string? Line1,
    [property: MaxLength(Address.MaxLineLength)] string? Line2,
    [property: Required, MaxLength(Address.MaxLineLength)] string? City,
    [property: MaxLength(Address.MaxLineLength)] string? Region,
    [property: MaxLength(AddressRequest.MaxCodeLength)] string? PostalCode,
    [property: Required, Description("ISO 3166-1 alpha-2, such as US.")] string? Country,
    [property: MaxLength(AddressRequest.MaxCodeLength)] string? Phone)
{
    private const int MaxCodeLength = 40;

    internal static readonly AddressRequest Example = new("Ishmael", "Spouter Inn", null, "New Bedford", "MA", "02740", "US", null);

    /// <summary>Writes what was sent into <paramref name="address"/>, as far as <paramref name="errors"/> stays empty.</summary>
    internal void Apply(Address address, FieldErrors errors)
    {
        address.Name = errors.Text("name", Name, Address.MaxLineLength);
        address.Line1 = errors.Text("line1", Line1, Address.MaxLineLength);
        address.Line2 = errors.OptionalText("line2", Line2, Address.MaxLineLength);
        address.City = errors.Text("city", City, Address.MaxLineLength);
        address.Region = errors.OptionalText("region", Region, Address.MaxLineLength);
        address.PostalCode = errors.OptionalText("postalCode", PostalCode, MaxCodeLength);
        address.Phone = errors.OptionalText("phone", Phone, MaxCodeLength);
        address.Country = Country ?? "";
        if (!CountryCode().IsMatch(address.Country))
        {
            errors.Add("country", "country must be two capital letters (ISO 3166-1), such as US.");
        }
    }

    [GeneratedRegex(@"\A[A-Z]{2}\z")]
    private static partial Regex CountryCode();
}
