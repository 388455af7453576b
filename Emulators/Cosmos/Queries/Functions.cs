using System.Globalization;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary>
/// The functions of the language that are done here; what gets an argument of a kind it is not for is undefined.
/// https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions
/// </summary>
/// <param name="Least">The fewest arguments.</param>
/// <param name="Most">The most arguments.</param>
/// <param name="Evaluate">What it does.</param>
internal sealed record Function(int Least, int Most, Func<Value[], Value> Evaluate);

/// <inheritdoc cref="Function" />
internal static class Functions
{
    /// <summary>By name, in capitals.</summary>
    internal static IReadOnlyDictionary<string, Function> All { get; } =
        new[] { Kinds(), TextFunctions.All(), ArrayFunctions.All(), Arithmetic(), Other() }.SelectMany(part => part).ToDictionary(StringComparer.Ordinal);

    /// <summary>Of texts alone.</summary>
    internal static KeyValuePair<string, Function> Text(string name, Func<string, Value> evaluate) =>
        new(name, new Function(1, 1, arguments => arguments[0].Kind == ValueKind.String ? evaluate(arguments[0].Text) : Value.Undefined));

    internal static KeyValuePair<string, Function> Any(string name, int least, int most, Func<Value[], Value> evaluate) => new(name, new Function(least, most, evaluate));

    private static KeyValuePair<string, Function>[] Kinds() =>
    [
        Is("IS_DEFINED", value => !value.IsUndefined),
        Is("IS_NULL", value => value.Kind == ValueKind.Null),
        Is("IS_BOOL", value => value.Kind == ValueKind.Boolean),
        Is("IS_NUMBER", value => value.Kind == ValueKind.Number),
        Is("IS_STRING", value => value.Kind == ValueKind.String),
        Is("IS_ARRAY", value => value.Kind == ValueKind.Array),
        Is("IS_OBJECT", value => value.Kind == ValueKind.Object),
        Is("IS_PRIMITIVE", value => value.Kind is ValueKind.Null or ValueKind.Boolean or ValueKind.Number or ValueKind.String),
        Is("IS_FINITE_NUMBER", value => value.Kind == ValueKind.Number && double.IsFinite(value.Number)),
        Is("IS_INTEGER", value => value.Kind == ValueKind.Number && double.IsInteger(value.Number)),
    ];

    private static KeyValuePair<string, Function> Is(string name, Func<Value, bool> holds) => Any(name, 1, 1, arguments => Value.Of(holds(arguments[0])));

    private static KeyValuePair<string, Function>[] Arithmetic() =>
    [
        Number("ABS", Math.Abs), Number("CEILING", Math.Ceiling), Number("FLOOR", Math.Floor), Number("SQRT", Math.Sqrt), Number("SQUARE", x => x * x),
        Number("EXP", Math.Exp), Number("LOG10", Math.Log10), Number("SIGN", x => Math.Sign(x)), Number("TRUNC", Math.Truncate),
        Number("SIN", Math.Sin), Number("COS", Math.Cos), Number("TAN", Math.Tan), Number("ASIN", Math.Asin), Number("ACOS", Math.Acos), Number("ATAN", Math.Atan),
        Number("DEGREES", double.RadiansToDegrees), Number("RADIANS", double.DegreesToRadians),
        Numbers("POWER", 2, 2, x => Math.Pow(x[0], x[1])),
        Numbers("LOG", 1, 2, x => x.Length == 2 ? Math.Log(x[0], x[1]) : Math.Log(x[0])),
        Numbers("ATN2", 2, 2, x => Math.Atan2(x[0], x[1])),
        Numbers("ROUND", 1, 2, x => x.Length == 2 && x[1] is >= 0 and <= 15 ? Math.Round(x[0], (int)x[1], MidpointRounding.AwayFromZero) : Math.Round(x[0], MidpointRounding.AwayFromZero)),
        Numbers("PI", 0, 0, _ => Math.PI),
        Numbers("INTADD", 2, 2, x => x[0] + x[1]), Numbers("INTSUB", 2, 2, x => x[0] - x[1]), Numbers("INTMUL", 2, 2, x => x[0] * x[1]),
        Numbers("INTDIV", 2, 2, x => Math.Truncate(x[0] / x[1])), Numbers("INTMOD", 2, 2, x => x[0] % x[1]),
    ];

    private static KeyValuePair<string, Function> Number(string name, Func<double, double> evaluate) => Numbers(name, 1, 1, x => evaluate(x[0]));

    private static KeyValuePair<string, Function> Numbers(string name, int least, int most, Func<double[], double> evaluate) => Any(name, least, most, arguments =>
        Array.TrueForAll(arguments, argument => argument.Kind == ValueKind.Number) ? Value.Of(evaluate(Array.ConvertAll(arguments, argument => argument.Number))) : Value.Undefined);

    private static KeyValuePair<string, Function>[] Other() =>
    [
        Any("IIF", 3, 3, arguments => arguments[0].IsTrue ? arguments[1] : arguments[2]),
        Any("TOSTRING", 1, 1, arguments => arguments[0].Kind switch
        {
            ValueKind.Undefined => Value.Undefined,
            ValueKind.String => arguments[0],
            _ => Value.Of(arguments[0].ToJson()),
        }),
        Text("STRINGTONUMBER", text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Value.Of(number) : Value.Undefined),
        Text("STRINGTOBOOLEAN", text => text.Trim() switch { "true" => Value.True, "false" => Value.False, _ => Value.Undefined }),
        Text("STRINGTONULL", text => text.Trim() == "null" ? Value.Null : Value.Undefined),
        Any("DATETIMETOTIMESTAMP", 1, 1, arguments =>
            arguments[0].Kind == ValueKind.String && DateTimeOffset.TryParse(arguments[0].Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? Value.Of(time.ToUnixTimeMilliseconds())
                : Value.Undefined),
        Any("TIMESTAMPTODATETIME", 1, 1, arguments => arguments[0].Kind == ValueKind.Number && Math.Abs(arguments[0].Number) < 2e14
            ? Value.Of(DateTimeOffset.FromUnixTimeMilliseconds((long)arguments[0].Number).ToString("yyyy-MM-ddTHH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture))
            : Value.Undefined),
    ];
}
