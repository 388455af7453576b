using System.Globalization;

namespace Platform.LoadTests;

/// <summary>Figures of one thing, a round each.</summary>
/// <param name="What">What was measured, for the result's table.</param>
/// <param name="Unit">Its unit, such as <c>books/s</c> or <c>ms</c>.</param>
internal sealed record Measured(string What, string Unit)
{
    private readonly List<double> _rounds = [];

    /// <summary>The middle one of the rounds, which a disturbed round does not move.</summary>
    internal double Median => Percentile(50);

    /// <summary>Adds the figure of one round.</summary>
    internal void Add(double figure) => _rounds.Add(figure);

    /// <summary>The smallest figure that <paramref name="percent"/> of all are not above.</summary>
    /// <param name="percent">Above 0, to 100.</param>
    internal double Percentile(double percent)
    {
        var sorted = _rounds.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{What,-40} {Median,12:N1} {Unit}   (of {_rounds.Count}: {_rounds.DefaultIfEmpty().Min():N1} to {_rounds.DefaultIfEmpty().Max():N1})");

    /// <summary>
    /// Measures a thing and its limit in turns, so that both get their share of whatever else the machine does. The first
    /// round of each, which compiles and fills caches, is not counted.
    /// </summary>
    /// <param name="rounds">How many rounds of each count.</param>
    /// <param name="limit">What the best that can be had is, and how to measure it once.</param>
    /// <param name="thing">What is compared with it.</param>
    /// <returns>The thing's median as a share of the limit's.</returns>
    internal static async Task<double> AgainstAsync(int rounds, (Measured Figures, Func<Task<double>> Once) limit, (Measured Figures, Func<Task<double>> Once) thing)
    {
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (figures, once) in new[] { limit, thing })
            {
                var figure = await once();
                if (round > 0)
                {
                    figures.Add(figure);
                    await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  round {round}: {figures.What} {figure:N1} {figures.Unit}"));
                }
            }
        }

        return thing.Figures.Median / limit.Figures.Median;
    }
}
