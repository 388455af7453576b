namespace Platform.Emulators.Cosmos.Queries;

/// <summary>Functions of arrays and objects.</summary>
internal static class ArrayFunctions
{
    internal static KeyValuePair<string, Function>[] All() =>
    [
        Functions.Any("ARRAY_LENGTH", 1, 1, arguments => arguments[0].Kind == ValueKind.Array ? Value.Of(arguments[0].Count) : Value.Undefined),
        Functions.Any("ARRAY_CONTAINS", 2, 3, arguments =>
            arguments[0].Kind == ValueKind.Array ? Value.Of(Contains(arguments[0], arguments[1], arguments.Length == 3 && arguments[2].IsTrue)) : Value.Undefined),
        Functions.Any("ARRAY_CONTAINS_ANY", 2, int.MaxValue, arguments => ContainsEach(arguments, choices => choices.Any(found => found))),
        Functions.Any("ARRAY_CONTAINS_ALL", 2, int.MaxValue, arguments => ContainsEach(arguments, choices => choices.All(found => found))),
        Functions.Any("ARRAY_CONCAT", 2, int.MaxValue, arguments =>
            Array.TrueForAll(arguments, argument => argument.Kind == ValueKind.Array) ? Value.Of([.. arguments.SelectMany(argument => argument.Elements)]) : Value.Undefined),
        Functions.Any("ARRAY_SLICE", 2, 3, Slice),
        Functions.Any("SETINTERSECT", 2, 2, arguments => Set(arguments, (left, right) => left.Where(value => right.Any(other => other.IsSameAs(value))))),
        Functions.Any("SETUNION", 2, 2, arguments => Set(arguments, (left, right) => left.Concat(right))),
        Functions.Any("OBJECTTOARRAY", 1, 1, arguments => arguments[0].Kind == ValueKind.Object
            ? Value.Of([.. arguments[0].Members.Select(member => Value.Of([new("k", Value.Of(member.Key)), new KeyValuePair<string, Value>("v", member.Value)]))])
            : Value.Undefined),
    ];

    // Partly: an object that has at least these members.
    private static bool Contains(in Value array, in Value wanted, bool isPartial)
    {
        foreach (var element in array.Elements)
        {
            if (element.IsSameAs(wanted) || (isPartial && HasMembers(element, wanted)))
                return true;
        }

        return false;
    }

    private static bool HasMembers(Value element, Value wanted) => element.Kind == ValueKind.Object && wanted.Kind == ValueKind.Object
        && wanted.Members.TrueForAll(member => element.Member(member.Key) is { IsUndefined: false } value && (value.IsSameAs(member.Value) || HasMembers(value, member.Value)));

    private static Value ContainsEach(Value[] arguments, Func<IEnumerable<bool>, bool> decide)
    {
        var array = arguments[0];
        var choices = arguments.Length == 2 && arguments[1].Kind == ValueKind.Array ? arguments[1].Elements : arguments.Skip(1);
        return array.Kind == ValueKind.Array ? Value.Of(decide(choices.Select(choice => Contains(array, choice, isPartial: false)))) : Value.Undefined;
    }

    private static Value Slice(Value[] arguments)
    {
        if (arguments[0].Kind != ValueKind.Array || !Array.TrueForAll(arguments[1..], argument => argument.Kind == ValueKind.Number))
            return Value.Undefined;
        Value[] elements = [.. arguments[0].Elements];
        var start = (int)Math.Clamp(arguments[1].Number < 0 ? elements.Length + arguments[1].Number : arguments[1].Number, 0, elements.Length);
        var length = arguments.Length == 3 ? (int)Math.Clamp(arguments[2].Number, 0, elements.Length - start) : elements.Length - start;
        return Value.Of(elements[start..(start + length)]);
    }

    private static Value Set(Value[] arguments, Func<IEnumerable<Value>, Value[], IEnumerable<Value>> combine) =>
        arguments is [{ Kind: ValueKind.Array }, { Kind: ValueKind.Array }]
            ? Value.Of([.. combine(arguments[0].Elements, [.. arguments[1].Elements]).DistinctBy(value => value.ToJson())])
            : Value.Undefined;
}
