using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary>
/// A JSON value, or none. What comes of an item stays in the item's bytes and is read as far as a query asks: most queries
/// look at one or two properties.
/// </summary>
[DebuggerDisplay("{ToJson()}")]
internal readonly struct Value
{
    // One of: byte[] (JSON text, from _start on), string, Value[], KeyValuePair<string, Value>[].
    private readonly object? _content;
    private readonly int _start;
    private readonly int _length;
    private readonly double _number;

    private Value(ValueKind kind, double number = 0, object? content = null, int start = 0, int length = 0) =>
        (Kind, _number, _content, _start, _length) = (kind, number, content, start, length);

    internal static Value Undefined => default;

    internal static Value Null { get; } = new(ValueKind.Null);

    internal static Value True { get; } = new(ValueKind.Boolean, 1);

    internal static Value False { get; } = new(ValueKind.Boolean);

    internal static Value Of(bool value) => value ? True : False;

    internal static Value Of(double value) => new(ValueKind.Number, value);

    internal static Value Of(string value) => new(ValueKind.String, content: value);

    internal static Value Of(Value[] elements) => new(ValueKind.Array, content: elements);

    internal static Value Of(KeyValuePair<string, Value>[] members) => new(ValueKind.Object, content: members);

    /// <summary>An object's JSON text, not looked at: most of a search's items are passed over.</summary>
    internal static Value OfObject(byte[] json) => new(ValueKind.Object, content: json, length: json.Length);

    /// <summary>A value of JSON text, which must be valid and must not change.</summary>
    internal static Value Of(byte[] json) => Of(json, 0, json.Length);

    private static Value Of(byte[] json, int start, int length) => json[start] switch
    {
        (byte)'{' => new(ValueKind.Object, content: json, start: start, length: length),
        (byte)'[' => new(ValueKind.Array, content: json, start: start, length: length),
        (byte)'"' => new(ValueKind.String, content: json, start: start, length: length),
        (byte)'t' => True,
        (byte)'f' => False,
        (byte)'n' => Null,
        _ => Of(double.Parse(json.AsSpan(start, length), NumberStyles.Float, CultureInfo.InvariantCulture)),
    };

    internal ValueKind Kind { get; }

    internal bool IsUndefined => Kind == ValueKind.Undefined;

    /// <summary>Whether it is true, and not merely something else than false.</summary>
    internal bool IsTrue => Kind == ValueKind.Boolean && _number != 0;

    internal bool IsFalse => Kind == ValueKind.Boolean && _number == 0;

    /// <summary>Of a number its value.</summary>
    internal double Number => _number;

    /// <summary>Of a string its text.</summary>
    internal string Text
    {
        get
        {
            if (_content is string text)
                return text;
            var reader = new Utf8JsonReader(Json);
            reader.Read();
            return reader.GetString()!;
        }
    }

    private ReadOnlySpan<byte> Json => ((byte[])_content!).AsSpan(_start, _length);

    /// <summary>The value of an object's member; undefined when there is none, or this is no object.</summary>
    internal Value Member(string name)
    {
        if (Kind != ValueKind.Object)
            return Undefined;
        if (_content is KeyValuePair<string, Value>[] members)
            return Array.Find(members, member => member.Key == name).Value;

        var reader = new Utf8JsonReader(Json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            var value = Next(ref reader, out var length);
            if (isIt)
                return Of((byte[])_content!, _start + value, length);
        }

        return Undefined;
    }

    /// <summary>An element of an array; undefined when there is none, or this is no array.</summary>
    internal Value Element(double index)
    {
        if (Kind != ValueKind.Array || index < 0 || index != Math.Floor(index))
            return Undefined;
        if (_content is Value[] elements)
            return index < elements.Length ? elements[(int)index] : Undefined;

        var at = 0;
        foreach (var element in Elements)
        {
            if (at++ == index)
                return element;
        }

        return Undefined;
    }

    /// <summary>The elements of an array; none of anything else.</summary>
    internal IEnumerable<Value> Elements
    {
        get
        {
            if (Kind != ValueKind.Array)
                yield break;
            if (_content is Value[] elements)
            {
                foreach (var element in elements)
                    yield return element;
                yield break;
            }

            for (var (at, value) = (1, Undefined); TryElement(ref at, out value);)
                yield return value;
        }
    }

    /// <summary>The members of an object, in its order; none of anything else.</summary>
    internal List<KeyValuePair<string, Value>> Members
    {
        get
        {
            if (_content is KeyValuePair<string, Value>[] given)
                return [.. given];
            List<KeyValuePair<string, Value>> members = [];
            if (Kind != ValueKind.Object)
                return members;
            var reader = new Utf8JsonReader(Json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                var value = Next(ref reader, out var length);
                members.Add(new(name, Of((byte[])_content!, _start + value, length)));
            }

            return members;
        }
    }

    /// <summary>Of an array how many elements it has.</summary>
    internal int Count => _content is Value[] elements ? elements.Length : Elements.Count();

    /// <summary>Copies the numbers of an array; false when it is not one of exactly that many numbers.</summary>
    internal bool TryReadNumbers(Span<float> numbers)
    {
        if (Kind != ValueKind.Array)
            return false;
        var at = 0;
        if (_content is Value[] elements)
        {
            if (elements.Length != numbers.Length)
                return false;
            foreach (var element in elements)
            {
                if (element.Kind != ValueKind.Number)
                    return false;
                numbers[at++] = (float)element.Number;
            }

            return true;
        }

        var reader = new Utf8JsonReader(Json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number && at < numbers.Length)
            numbers[at++] = reader.GetSingle();
        return reader.TokenType == JsonTokenType.EndArray && at == numbers.Length;
    }

    /// <summary>Whether both are the same kind and value; objects by their members, in any order.</summary>
    internal bool IsSameAs(in Value other)
    {
        if (Kind != other.Kind)
            return false;
        switch (Kind)
        {
            case ValueKind.Boolean or ValueKind.Number:
                return _number == other._number;
            case ValueKind.String:
                return Text == other.Text;
            case ValueKind.Array:
                var (here, there) = (Elements.ToArray(), other.Elements.ToArray());
                return here.Length == there.Length && here.Zip(there).All(pair => pair.First.IsSameAs(pair.Second));
            case ValueKind.Object:
                var members = Members;
                var compared = other;
                return members.Count == other.Members.Count && members.TrueForAll(member => member.Value.IsSameAs(compared.Member(member.Key)));
            default:
                return true;
        }
    }

    /// <summary>Orders values of all kinds, as ORDER BY, MIN and MAX do.</summary>
    internal static int Compare(in Value left, in Value right)
    {
        if (left.Kind != right.Kind)
            return left.Kind.CompareTo(right.Kind);
        return left.Kind switch
        {
            ValueKind.Boolean or ValueKind.Number => left._number.CompareTo(right._number),
            ValueKind.String => string.CompareOrdinal(left.Text, right.Text),
            // No order is documented; any that is the same each time will do.
            ValueKind.Array or ValueKind.Object => string.CompareOrdinal(left.ToJson(), right.ToJson()),
            _ => 0,
        };
    }

    /// <summary>As JSON; undefined members and elements are left out.</summary>
    internal void WriteTo(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case ValueKind.Undefined:
                break;
            case ValueKind.Null:
                writer.WriteNullValue();
                break;
            case ValueKind.Boolean:
                writer.WriteBooleanValue(IsTrue);
                break;
            case ValueKind.Number:
                WriteNumber(writer, _number);
                break;
            default:
                WriteContent(writer);
                break;
        }
    }

    internal string ToJson()
    {
        if (IsUndefined)
            return "undefined";
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteContent(Utf8JsonWriter writer)
    {
        switch (_content)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case Value[] elements:
                writer.WriteStartArray();
                foreach (var element in elements)
                    element.WriteTo(writer);
                writer.WriteEndArray();
                break;
            case KeyValuePair<string, Value>[] members:
                writer.WriteStartObject();
                foreach (var (name, value) in members)
                {
                    if (value.IsUndefined)
                        continue;
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteRawValue(Json, skipInputValidation: true);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        // JSON has no word for these; the service answers them as strings.
        if (!double.IsFinite(number))
            writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        else if (number == Math.Floor(number) && Math.Abs(number) < 1e15)
            writer.WriteNumberValue((long)number);
        else
            writer.WriteNumberValue(number);
    }

    // An element begins at or after that byte; true when there is one, and then what follows it comes next.
    private bool TryElement(ref int at, out Value value)
    {
        value = Undefined;
        var json = Json;
        while (json[at] is (byte)',' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
        if (json[at] == (byte)']')
            return false;
        var reader = new Utf8JsonReader(json[at..], isFinalBlock: false, default);
        reader.Read();
        reader.TrySkip();
        var length = (int)reader.BytesConsumed;
        value = Of((byte[])_content!, _start + at, length);
        at += length;
        return true;
    }

    private static int Next(ref Utf8JsonReader reader, out int length)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        length = (int)reader.BytesConsumed - start;
        return start;
    }
}
