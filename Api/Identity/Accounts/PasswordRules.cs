using System.Collections.Frozen;
using Platform.Api.Http;

namespace Platform.Api.Identity.Accounts;

/// <summary>Which passwords an account may have (NIST SP 800-63B: length, and none that is guessed first; no rules of composition).</summary>
internal static class PasswordRules
{
    internal const int MinLength = 12;

    /// <summary>What is hashed for a stranger must end somewhere.</summary>
    internal const int MaxLength = 256;

    /// <summary>The longest e-mail address (RFC 5321, 4.5.3.1.3).</summary>
    internal const int MaxEmailLength = 254;

    // Of lists of breached passwords, those long enough to be let through otherwise; compared without what is between the
    // letters and digits.
    private static readonly FrozenSet<string> Guessed = new[]
    {
        "123456789012", "1234567890123", "12345678901234", "123456789123", "1234567891011", "12345678910111", "1234567890987654321",
        "123123123123", "121212121212", "112233445566", "11223344556677", "987654321098", "098765432109", "0987654321qwerty",
        "abcdefghijkl", "abcdefghijklm", "abcdefghijklmnopqrstuvwxyz", "abcdef123456", "abc123abc123", "a1b2c3d4e5f6", "abcd1234abcd1234",
        "qwertyuiop12", "qwertyuiop123", "qwertyuiopasdf", "qwertyuiopasdfghjkl", "qwerty123456", "qwerty1234567", "qwertyqwerty",
        "qwerty123qwerty", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u8i", "q1w2e3r4t5y6", "zaq12wsxcde3", "asdfghjkl123",
        "asdfasdfasdf", "zxcvbnm12345", "passwordpassword", "password1234", "password12345", "password123456", "password123password",
        "mypassword123", "newpassword1", "thisismypassword", "adminadminadmin", "administrator", "administrator1", "administrator123", "letmeinletmein",
        "letmein12345", "iloveyou1234", "iloveyou12345", "iloveyouforever", "iloveyouiloveyou", "ilovemyfamily", "welcome12345", "welcome123456",
        "changeme1234", "changemeplease", "correcthorsebatterystaple", "trustno1trustno1", "superman1234", "batman123456", "football1234",
        "basketball12", "baseball1234", "liverpoolfc1", "manchesterunited", "sunshine1234", "princess1234", "dragon123456", "monkey123456",
        "charlie12345", "michael12345", "jordan232323", "computer1234", "internet1234", "samsung12345", "starwars1234", "pokemon12345", "minecraft123",
        "unbelievable", "christopher1", "alexander123", "abracadabra1", "masterchief1", "playstation3", "rockyou12345", "blink182blink182",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds why nobody should have this password for this account.</summary>
    internal static void Check(FieldErrors errors, string? password, string email, string? displayName, string field = "password")
    {
        CheckText(errors, password, field);
        if (errors.Any || password is null)
        {
            return;
        }

        var bare = Bare(password);
        if (password.Length < MinLength)
        {
            errors.Add(field, $"{field} must be at least {MinLength} characters long.");
        }
        else if (Names(email, displayName).Any(name => bare.Contains(name, StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add(field, $"{field} must not contain your address or your name.");
        }
        else if (Guessed.Contains(bare) || password.Distinct().Count() < 5)
        {
            errors.Add(field, $"{field} must not be one that is guessed first: a few words that do not belong together are better.");
        }
    }

    /// <summary>Adds why nobody can have such a password, so that it need not be hashed.</summary>
    internal static void CheckText(FieldErrors errors, string? password, string field = "password")
    {
        if (string.IsNullOrEmpty(password))
        {
            errors.Add(field, $"{field} is required.");
        }
        else if (password.Length > MaxLength || !FieldErrors.IsStorable(password))
        {
            errors.Add(field, $"{field} must be Unicode text of at most {MaxLength} characters.");
        }
    }

    // Shorter parts are in many a good password by chance.
    private static IEnumerable<string> Names(string email, string? displayName) =>
        new[] { email, email[..Math.Max(email.IndexOf('@', StringComparison.Ordinal), 0)], displayName ?? "" }.Select(Bare).Where(name => name.Length >= 4);

    private static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit));
}
