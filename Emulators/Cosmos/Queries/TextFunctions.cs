using System.Text.RegularExpressions;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary>Functions of strings; positions and lengths count UTF-16 units, as the service's do.</summary>
internal static class TextFunctions
{
    internal static KeyValuePair<string, Function>[] All() =>
    [
        Compared("CONTAINS", (text, part, comparison) => text.Contains(part, comparison)),
        Compared("STARTSWITH", (text, part, comparison) => text.StartsWith(part, comparison)),
        Compared("ENDSWITH", (text, part, comparison) => text.EndsWith(part, comparison)),
        Compared("STRINGEQUALS", (text, part, comparison) => text.Equals(part, comparison)),
        Functions.Text("LOWER", text => Value.Of(text.ToLowerInvariant())),
        Functions.Text("UPPER", text => Value.Of(text.ToUpperInvariant())),
        Functions.Text("LENGTH", text => Value.Of(text.Length)),
        Functions.Text("REVERSE", text => Value.Of(new string([.. text.Reverse()]))),
        Functions.Text("LTRIM", text => Value.Of(text.TrimStart())),
        Functions.Text("RTRIM", text => Value.Of(text.TrimEnd())),
        Functions.Text("TRIM", text => Value.Of(text.Trim())),
        Texts("CONCAT", 2, int.MaxValue, string.Concat),
        Texts("REPLACE", 3, 3, texts => texts[1].Length == 0 ? texts[0] : texts[0].Replace(texts[1], texts[2], StringComparison.Ordinal)),
        Functions.Any("INDEX_OF", 2, 3, arguments => arguments is [{ Kind: ValueKind.String }, { Kind: ValueKind.String }, ..] && Start(arguments) is { } start
            ? Value.Of(arguments[0].Text.IndexOf(arguments[1].Text, start, StringComparison.Ordinal))
            : Value.Undefined),
        Functions.Any("SUBSTRING", 3, 3, arguments => Cut(arguments[0], arguments[1], arguments[2])),
        Functions.Any("LEFT", 2, 2, arguments => Cut(arguments[0], Value.Of(0), arguments[1])),
        Functions.Any("RIGHT", 2, 2, arguments => arguments is [{ Kind: ValueKind.String }, { Kind: ValueKind.Number }]
            ? Cut(arguments[0], Value.Of(Math.Max(0, arguments[0].Text.Length - arguments[1].Number)), arguments[1])
            : Value.Undefined),
        Functions.Any("REPLICATE", 2, 2, arguments => arguments is [{ Kind: ValueKind.String }, { Kind: ValueKind.Number, Number: >= 0 and <= 10_000 }]
            ? Value.Of(string.Concat(Enumerable.Repeat(arguments[0].Text, (int)arguments[1].Number)))
            : Value.Undefined),
        Functions.Any("REGEXMATCH", 2, 3, arguments => Array.TrueForAll(arguments, argument => argument.Kind == ValueKind.String)
            ? Value.Of(Pattern.IsMatch(arguments[0].Text, arguments[1].Text, Modifiers(arguments)))
            : Value.Undefined),
        Functions.Any("STRINGSPLIT", 2, 2, arguments => arguments is [{ Kind: ValueKind.String }, { Kind: ValueKind.String }]
            ? Value.Of([.. arguments[0].Text.Split(arguments[1].Text).Select(Value.Of)])
            : Value.Undefined),
    ];

    private static KeyValuePair<string, Function> Compared(string name, Func<string, string, StringComparison, bool> holds) => Functions.Any(name, 2, 3, arguments =>
        arguments is [{ Kind: ValueKind.String }, { Kind: ValueKind.String }, ..]
            ? Value.Of(holds(arguments[0].Text, arguments[1].Text, arguments.Length == 3 && arguments[2].IsTrue ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            : Value.Undefined);

    private static KeyValuePair<string, Function> Texts(string name, int least, int most, Func<string[], string> evaluate) => Functions.Any(name, least, most, arguments =>
        Array.TrueForAll(arguments, argument => argument.Kind == ValueKind.String) ? Value.Of(evaluate(Array.ConvertAll(arguments, argument => argument.Text))) : Value.Undefined);

    private static int? Start(Value[] arguments) => arguments.Length == 2 ? 0
        : arguments[2].Kind == ValueKind.Number && arguments[2].Number >= 0 && arguments[2].Number <= arguments[0].Text.Length ? (int)arguments[2].Number : null;

    private static Value Cut(in Value text, in Value start, in Value length)
    {
        if (text.Kind != ValueKind.String || start.Kind != ValueKind.Number || length.Kind != ValueKind.Number)
            return Value.Undefined;
        var whole = text.Text;
        if (start.Number < 0 || start.Number >= whole.Length || length.Number <= 0)
            return Value.Of("");
        return Value.Of(whole.Substring((int)start.Number, (int)Math.Min(length.Number, whole.Length - Math.Floor(start.Number))));
    }

    private static RegexOptions Modifiers(Value[] arguments)
    {
        var options = RegexOptions.None;
        foreach (var modifier in arguments.Length == 3 ? arguments[2].Text : "")
        {
            options |= modifier switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => RegexOptions.None,
            };
        }

        return options;
    }
}
