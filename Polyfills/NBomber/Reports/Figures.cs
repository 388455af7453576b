using System.Globalization;

namespace NBomber.Reports;

/// <summary>Numbers as people read them: no more digits than mean something.</summary>
internal static class Figures
{
    internal static string Milliseconds(double value) => value switch
    {
        0 => "0",
        < 1 => value.ToString("0.###", CultureInfo.InvariantCulture),
        < 100 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("#,0", CultureInfo.InvariantCulture),
    };

    internal static string Rate(double value) => value.ToString(value is > 0 and < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture);

    internal static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    internal static string Bytes(double value) => value switch
    {
        < 1_000 => FormattableString.Invariant($"{value:0} B"),
        < 1_000_000 => FormattableString.Invariant($"{value / 1_000:0.#} kB"),
        < 1_000_000_000 => FormattableString.Invariant($"{value / 1_000_000:0.#} MB"),
        _ => FormattableString.Invariant($"{value / 1_000_000_000:0.##} GB"),
    };

    internal static string Duration(TimeSpan value) =>
        value < TimeSpan.FromMinutes(2) ? FormattableString.Invariant($"{value.TotalSeconds:0.#} s") : FormattableString.Invariant($@"{value:h\:mm\:ss} h");
}
