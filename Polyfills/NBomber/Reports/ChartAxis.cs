using System.Globalization;

namespace NBomber.Reports;

/// <summary>A scale: where a value lies between 0 and 1, and which values get a line. Logarithmic when it says so.</summary>
internal sealed class ChartAxis
{
    private const int WantedTicks = 5;

    private readonly double _low;
    private readonly double _high;
    private readonly bool _logarithmic;

    private ChartAxis(double low, double high, bool logarithmic, IReadOnlyList<double> ticks) => (_low, _high, _logarithmic, Ticks) = (low, high, logarithmic, ticks);

    internal IReadOnlyList<double> Ticks { get; }

    /// <summary>From 0 to a round value that is not below any.</summary>
    internal static ChartAxis FromZero(IEnumerable<double> values)
    {
        var highest = values.DefaultIfEmpty().Max();
        var step = RoundStep(highest <= 0 ? 1 : highest / WantedTicks);
        var high = Math.Max(step, Math.Ceiling(highest / step) * step);
        return new ChartAxis(0, high, false, [.. Enumerable.Range(0, (int)Math.Round(high / step) + 1).Select(n => n * step)]);
    }

    /// <summary>
    /// From 0, unless the highest value is so far above the lowest that the low ones would be a flat line: then by powers of ten.
    /// </summary>
    internal static ChartAxis Fitting(IReadOnlyList<double> values)
    {
        var positive = values.Where(v => v > 0).ToArray();
        if (positive.Length == 0 || positive.Max() < 20 * positive.Min())
            return FromZero(values);
        var (low, high) = (Math.Floor(Math.Log10(positive.Min())), Math.Ceiling(Math.Log10(positive.Max())));
        return new ChartAxis(low, high, true, [.. Enumerable.Range((int)low, (int)(high - low) + 1).Select(power => Math.Pow(10, power))]);
    }

    internal double Place(double value) => Math.Clamp(_logarithmic
        ? value <= 0 ? 0 : (Math.Log10(value) - _low) / (_high - _low)
        : (value - _low) / (_high - _low), 0, 1);

    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * power >= step * 0.999);
    }

    internal static string Label(double value) => value switch
    {
        >= 1_000_000 => (value / 1_000_000).ToString("0.#", CultureInfo.InvariantCulture) + " M",
        >= 10_000 => (value / 1_000).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
