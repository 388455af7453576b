using System.Text;

namespace Prometheus;

/// <summary>The labels of one series, with their text ready for the export: <c>method="GET",code="200"</c>.</summary>
internal sealed class SeriesLabels(string[] names, string[] values)
{
    public string[] Values => values;

    public byte[] Text { get; } = Encode(names, values);

    private static byte[] Encode(string[] names, string[] values)
    {
        var text = new StringBuilder();
        for (var i = 0; i < names.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(names[i]).Append("=\"");
            foreach (var c in values[i])
            {
                _ = c switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(c),
                };
            }
            text.Append('"');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
