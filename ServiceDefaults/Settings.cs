using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>Settings that stop the process at start with one sentence when they are wrong.</summary>
public static class Settings
{
    /// <summary>A time, written as <c>hh:mm:ss</c>.</summary>
    /// <exception cref="InvalidOperationException">It is not one, or out of range; the message names it.</exception>
    public static TimeSpan Duration(IConfiguration configuration, string key, TimeSpan otherwise, TimeSpan min, TimeSpan max)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return otherwise;
        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) || value < min || value > max)
            throw new InvalidOperationException($"{key} must be a time from {min:c} to {max:c} written as hh:mm:ss.");
        return value;
    }

    /// <summary>A whole number.</summary>
    /// <inheritdoc cref="Duration" />
    public static int Number(IConfiguration configuration, string key, int otherwise, int min, int max)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return otherwise;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{key} must be a whole number from {min} to {max}."));
    }
}
