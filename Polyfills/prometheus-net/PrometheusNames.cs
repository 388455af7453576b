namespace Prometheus;

internal static class PrometheusNames
{
    /// <summary>Lower case, every other character than a-z, 0-9 and _ as _, and no digit in front.</summary>
    public static string From(string name)
    {
        var text = string.Create(name.Length, name, static (span, name) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var c = char.ToLowerInvariant(name[i]);
                span[i] = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '_';
            }
        });
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }
}
