using System.Buffers;
using System.Globalization;
using System.Text;

namespace Prometheus;

/// <summary>
/// Writes the text formats: https://prometheus.io/docs/instrumenting/exposition_formats/ and
/// https://prometheus.io/docs/specs/om/open_metrics_spec/.
/// </summary>
internal sealed class ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
{
    private const string CounterSuffix = "_total";

    private readonly bool _openMetrics = format == ExpositionFormat.OpenMetricsText;

    public void Declare(string name, string help, MetricType type)
    {
        var word = type switch
        {
            MetricType.Counter => "counter",
            MetricType.Gauge => "gauge",
            MetricType.Summary => "summary",
            _ => "histogram",
        };
        if (_openMetrics && type == MetricType.Counter)
        {
            // There a counter is declared without its suffix, and what lacks the suffix cannot be a counter.
            if (name.EndsWith(CounterSuffix, StringComparison.Ordinal))
                name = name[..^CounterSuffix.Length];
            else
                word = "unknown";
        }
        Text("# HELP "u8);
        Text(name);
        Text(" "u8);
        Text(EscapeHelp(help));
        Text("\n# TYPE "u8);
        Text(name);
        Text(" "u8);
        Text(word);
        Text("\n"u8);
    }

    public void Sample(string name, SeriesLabels labels, double value, ReadOnlySpan<byte> suffix = default)
    {
        Series(name, suffix, labels);
        Number(value, _openMetrics);
        Text("\n"u8);
    }

    public void Count(string name, SeriesLabels labels, long value, ReadOnlySpan<byte> suffix)
    {
        Series(name, suffix, labels);
        Number(value);
        Text("\n"u8);
    }

    public void Bucket(string name, SeriesLabels labels, double upperBound, long count)
    {
        Text(name);
        Text("_bucket{"u8);
        Text(labels.Text);
        Text(labels.Text.Length > 0 ? ",le=\""u8 : "le=\""u8);
        Number(upperBound, _openMetrics);
        Text("\"} "u8);
        Number(count);
        Text("\n"u8);
    }

    public void End()
    {
        if (_openMetrics)
            Text("# EOF\n"u8);
    }

    private string EscapeHelp(string help)
    {
        var escaped = help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return _openMetrics ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private void Series(string name, ReadOnlySpan<byte> suffix, SeriesLabels labels)
    {
        Text(name);
        Text(suffix);
        if (labels.Text.Length > 0)
        {
            Text("{"u8);
            Text(labels.Text);
            Text("}"u8);
        }
        Text(" "u8);
    }

    private void Number(long value)
    {
        var span = output.GetSpan(20);
        value.TryFormat(span, out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void Number(double value, bool alwaysAsFloat)
    {
        if (!double.IsFinite(value))
        {
            Text(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }
        var span = output.GetSpan(34);
        value.TryFormat(span, out var written, "g", CultureInfo.InvariantCulture);
        if (alwaysAsFloat && span[..written].IndexOfAny((byte)'.', (byte)'e') < 0)
        {
            ".0"u8.CopyTo(span[written..]);
            written += 2;
        }
        output.Advance(written);
    }

    private void Text(ReadOnlySpan<byte> text) => output.Write(text);

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);
}
