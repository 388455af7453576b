using System.Globalization;

namespace Platform.Api.Identity;

/// <summary>Configuration section <c>Identity</c>.</summary>
/// <param name="KeySecret">What private keys are encrypted under; the same for all processes of the Api.</param>
/// <param name="HashIterations">Rounds of PBKDF2 for a password; 210,000 by default (OWASP, for HMAC-SHA-512), 10,000 to 10,000,000.</param>
/// <param name="MaxFailedLogins">Wrong passwords in a row that lock an account; 10 by default, 3 to 1,000.</param>
/// <param name="LockoutTime">For how long; 15 minutes by default, 1 second to 1 day.</param>
internal sealed record AccountSettings(string KeySecret, int HashIterations, int MaxFailedLogins, TimeSpan LockoutTime)
{
    /// <summary>Rounds of PBKDF2 where none are configured.</summary>
    internal const int UsualIterations = 210_000;

    /// <exception cref="InvalidOperationException">A setting is missing or not usable; the message names it.</exception>
    internal static AccountSettings From(IConfiguration configuration)
    {
        if (configuration["Identity:KeySecret"] is not { Length: >= 20 } secret)
        {
            throw new InvalidOperationException("Identity:KeySecret must be set to a random secret of at least 20 characters, the same for all processes.");
        }

        return new AccountSettings(secret, Iterations(configuration), Number("Identity:MaxFailedLogins", 10, 3, 1_000), Lockout());

        int Number(string key, int otherwise, int min, int max) => ReadNumber(configuration, key, otherwise, min, max);

        TimeSpan Lockout()
        {
            var time = TimeSpan.FromMinutes(15);
            return configuration["Identity:LockoutTime"] is { Length: > 0 } text
                && (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time) || time < TimeSpan.FromSeconds(1) || time > TimeSpan.FromDays(1))
                    ? throw new InvalidOperationException("Identity:LockoutTime must be a time from 00:00:01 to 1.00:00:00 written as hh:mm:ss.")
                    : time;
        }
    }

    /// <summary>Reads <c>Identity:HashIterations</c>.</summary>
    /// <inheritdoc cref="From" />
    internal static int Iterations(IConfiguration configuration) =>
        ReadNumber(configuration, "Identity:HashIterations", UsualIterations, 10_000, 10_000_000);

    // A record prints its members.
    /// <inheritdoc />
    public override string ToString() => nameof(AccountSettings);

    private static int ReadNumber(IConfiguration configuration, string key, int otherwise, int min, int max)
    {
        var number = otherwise;
        return configuration[key] is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < min || number > max)
                ? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{key} must be a whole number from {min} to {max}."))
                : number;
    }
}
