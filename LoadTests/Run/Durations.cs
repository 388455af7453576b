using System.Globalization;

namespace Platform.LoadTests.Run;

/// <summary>Times as people write them: <c>90s</c>, <c>5m</c>, <c>250ms</c>.</summary>
public static class Durations
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <param name="option">Whose it is, for the message.</param>
    /// <param name="text">What is written.</param>
    /// <exception cref="FormatException">It is no time above 0.</exception>
    public static TimeSpan Read(string option, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var (unit, seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0)
                return TimeSpan.FromSeconds(number * seconds);
        }

        throw new FormatException($"{option} must be a time above 0 such as 60s, 5m or 500ms; '{text}' is none.");
    }
}
