using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Platform.ServiceDefaults;

/// <summary>Settings that stop the process at start with one sentence when they are wrong.</summary>
internal static class Settings
{
    public static TimeSpan Duration(IConfiguration configuration, string key, TimeSpan otherwise, TimeSpan min, TimeSpan max)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
            return otherwise;
        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) || value < min || value > max)
            throw new InvalidOperationException($"{key} must be a time from {min:c} to {max:c} written as hh:mm:ss.");
        return value;
    }
}
