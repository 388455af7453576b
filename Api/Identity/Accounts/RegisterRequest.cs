using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Platform.Api.Http;

namespace Platform.Api.Identity.Accounts;

/// <summary>An account as somebody asks for it.</summary>
internal sealed partial record RegisterRequest(
    [property: Required, MaxLength(PasswordRules.MaxEmailLength)] string? Email,
    [property: Required, MinLength(PasswordRules.MinLength), MaxLength(PasswordRules.MaxLength)] string? Password,
    [property: MaxLength(User.MaxDisplayNameLength)] string? DisplayName = null)
{
    /// <summary>What was asked for, checked.</summary>
    internal sealed record Account(string Email, string Password, string? DisplayName);

    /// <returns>Null when something is wrong; <paramref name="errors"/> says what.</returns>
    internal Account? Check(FieldErrors errors)
    {
        var email = errors.Text("email", Email, PasswordRules.MaxEmailLength);
        if (!errors.Any && !EmailAddress().IsMatch(email))
        {
            errors.Add("email", "email must be an e-mail address such as ishmael@example.org.");
        }

        var name = errors.OptionalText("displayName", DisplayName, User.MaxDisplayNameLength);
        PasswordRules.Check(errors, Password, email, name);
        return errors.Any ? null : new Account(email, Password!, name);
    }

    // A record prints its members.
    /// <inheritdoc />
    public override string ToString() => nameof(RegisterRequest);

    // Whether mail arrives there, only mail can tell.
    [GeneratedRegex(@"^[^@\s\p{C}]+@[^@\s\p{C}.]+(\.[^@\s\p{C}.]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex EmailAddress();
}
