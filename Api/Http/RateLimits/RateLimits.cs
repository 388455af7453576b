using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.Api.Identity;

namespace Platform.Api.Http.RateLimits;

/// <summary>All limits of the Api; section <c>RateLimits</c>.</summary>
internal sealed class RateLimits
{
    public RateLimits(IConfiguration configuration, AccountSettings accounts, SharedBuckets shared, TimeProvider clock, RateLimitTelemetry telemetry)
    {
        var rules = Rules(configuration).ToDictionary(rule => rule.Name, rule => new RateLimit(rule, shared, clock, telemetry));
        foreach (var rule in Rules(configuration))
        {
            telemetry.Begin(rule);
        }

        (Address, User) = (rules[nameof(Address)], rules[nameof(User)]);
        (LoginByAddress, LoginByAccount) = (rules[nameof(LoginByAddress)], rules[nameof(LoginByAccount)]);
        (RegisterByAddress, RegisterByAccount) = (rules[nameof(RegisterByAddress)], rules[nameof(RegisterByAccount)]);
        AccountKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(accounts.KeySecret), 32, info: "platform rate limits, version 1"u8.ToArray());
    }

    /// <summary>Requests of nobody in particular, and all public reads, by where they come from. Many may share an address.</summary>
    internal RateLimit Address { get; }

    /// <summary>Requests of a user.</summary>
    internal RateLimit User { get; }

    /// <summary>Logins by where they come from: guesses at many accounts.</summary>
    internal RateLimit LoginByAddress { get; }

    /// <summary>Logins by account: guesses from many places. It must allow more than the wrong passwords that lock the account.</summary>
    internal RateLimit LoginByAccount { get; }

    /// <summary>Registrations by where they come from.</summary>
    internal RateLimit RegisterByAddress { get; }

    /// <summary>Registrations by account.</summary>
    internal RateLimit RegisterByAccount { get; }

    /// <summary>What accounts' addresses are hashed under.</summary>
    internal byte[] AccountKey { get; }

    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static IEnumerable<RateLimitRule> Rules(IConfiguration configuration) =>
    [
        RateLimitRule.From(configuration, nameof(Address), 6_000, TimeSpan.FromMinutes(1)),
        RateLimitRule.From(configuration, nameof(User), 1_200, TimeSpan.FromMinutes(1)),
        RateLimitRule.From(configuration, nameof(LoginByAddress), 60, TimeSpan.FromMinutes(5)),
        RateLimitRule.From(configuration, nameof(LoginByAccount), 20, TimeSpan.FromMinutes(5)),
        RateLimitRule.From(configuration, nameof(RegisterByAddress), 20, TimeSpan.FromHours(1)),
        RateLimitRule.From(configuration, nameof(RegisterByAccount), 5, TimeSpan.FromHours(1)),
    ];

    /// <summary>How long a request waits for Redis before its process decides alone: 50 milliseconds by default, 1 millisecond to 5 seconds.</summary>
    /// <inheritdoc cref="Rules" />
    internal static TimeSpan RedisBudget(IConfiguration configuration)
    {
        var budget = TimeSpan.FromMilliseconds(50);
        return configuration["RateLimits:RedisBudget"] is { Length: > 0 } text
            && (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out budget) || budget < TimeSpan.FromMilliseconds(1) || budget > TimeSpan.FromSeconds(5))
                ? throw new InvalidOperationException("RateLimits:RedisBudget must be a time from 00:00:00.001 to 00:00:05 written as hh:mm:ss.")
                : budget;
    }
}
