using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary>
/// What operators do: values of different kinds are neither the same nor different but undefined, and so is whatever is
/// made of undefined. https://learn.microsoft.com/azure/cosmos-db/nosql/query/equality-comparison-operators
/// </summary>
internal static class Operators
{
    internal static Value Equal(Value left, Value right) =>
        left.Kind != right.Kind || left.IsUndefined ? Value.Undefined : Value.Of(left.IsSameAs(right));

    internal static Value NotEqual(Value left, Value right) => Not(Equal(left, right));

    internal static Value Less(Value left, Value right) => Compare(left, right, order => order < 0);

    internal static Value LessOrEqual(Value left, Value right) => Compare(left, right, order => order <= 0);

    internal static Value Greater(Value left, Value right) => Compare(left, right, order => order > 0);

    internal static Value GreaterOrEqual(Value left, Value right) => Compare(left, right, order => order >= 0);

    internal static Value Not(Value value) => value.Kind == ValueKind.Boolean ? Value.Of(!value.IsTrue) : Value.Undefined;

    internal static Value Negative(Value value) => value.Kind == ValueKind.Number ? Value.Of(-value.Number) : Value.Undefined;

    internal static Value Positive(Value value) => value.Kind == ValueKind.Number ? value : Value.Undefined;

    internal static Value Complement(Value value) => value.Kind == ValueKind.Number ? Value.Of(~(int)value.Number) : Value.Undefined;

    internal static Value Add(Value left, Value right) => Numbers(left, right, (a, b) => a + b);

    internal static Value Subtract(Value left, Value right) => Numbers(left, right, (a, b) => a - b);

    internal static Value Multiply(Value left, Value right) => Numbers(left, right, (a, b) => a * b);

    internal static Value Divide(Value left, Value right) => Numbers(left, right, (a, b) => a / b);

    internal static Value Remainder(Value left, Value right) => Numbers(left, right, (a, b) => a % b);

    internal static Value And(Value left, Value right) => Numbers(left, right, (a, b) => (int)a & (int)b);

    internal static Value Or(Value left, Value right) => Numbers(left, right, (a, b) => (int)a | (int)b);

    internal static Value ExclusiveOr(Value left, Value right) => Numbers(left, right, (a, b) => (int)a ^ (int)b);

    internal static Value Concatenate(Value left, Value right) =>
        left.Kind == ValueKind.String && right.Kind == ValueKind.String ? Value.Of(left.Text + right.Text) : Value.Undefined;

    /// <summary><c>LIKE</c>: <c>%</c> any text, <c>_</c> any character, <c>[a-f]</c> and <c>[^a-f]</c> one of these or of the others.</summary>
    internal static Value Like(Value text, Value pattern, char? escape) => text.Kind == ValueKind.String && pattern.Kind == ValueKind.String
        ? Value.Of(Pattern.IsMatch(text.Text, LikePattern(pattern.Text, escape), RegexOptions.Singleline))
        : Value.Undefined;

    private static Value Compare(in Value left, in Value right, Func<int, bool> holds) =>
        left.Kind == right.Kind && left.Kind is not (ValueKind.Undefined or ValueKind.Array or ValueKind.Object)
            ? Value.Of(holds(Value.Compare(left, right)))
            : Value.Undefined;

    private static Value Numbers(in Value left, in Value right, Func<double, double, double> operation) =>
        left.Kind == ValueKind.Number && right.Kind == ValueKind.Number ? Value.Of(operation(left.Number, right.Number)) : Value.Undefined;

    private static string LikePattern(string pattern, char? escape)
    {
        var regex = new StringBuilder("^");
        for (var at = 0; at < pattern.Length; at++)
        {
            var character = pattern[at];
            if (character == escape && at + 1 < pattern.Length)
            {
                regex.Append(Regex.Escape(pattern[++at].ToString()));
            }
            else if (character is '%' or '_')
            {
                regex.Append(character == '%' ? ".*" : ".");
            }
            else if (character == '[' && pattern.IndexOf(']', at) is > 0 and var end)
            {
                regex.Append(pattern.AsSpan(at, end - at + 1));
                at = end;
            }
            else
            {
                regex.Append(Regex.Escape(character.ToString()));
            }
        }

        return regex.Append('$').ToString();
    }
}
