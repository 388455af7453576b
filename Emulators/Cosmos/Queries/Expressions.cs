namespace Platform.Emulators.Cosmos.Queries;

/// <summary>What has a value in each row.</summary>
internal abstract class Expression
{
    internal abstract Value Evaluate(Frame frame);
}

/// <summary>A literal or a parameter.</summary>
internal sealed class Constant(Value value) : Expression
{
    internal Value Value { get; } = value;

    internal override Value Evaluate(Frame frame) => Value;
}

/// <summary>A name that FROM or JOIN gives.</summary>
/// <param name="token">Where it is.</param>
internal sealed class Name(Token token) : Expression
{
    internal Token Token { get; } = token;

    /// <summary>Which of the names it is, once FROM has been read.</summary>
    internal int Slot { get; set; } = -1;

    internal override Value Evaluate(Frame frame) => frame.Slots[Slot];
}

/// <summary><c>x.name</c>, <c>x["name"]</c> or <c>x[0]</c>.</summary>
internal sealed class Member(Expression target, Expression index) : Expression
{
    internal Expression Target { get; } = target;

    internal Expression Index { get; } = index;

    internal override Value Evaluate(Frame frame)
    {
        var index = Index.Evaluate(frame);
        return index.Kind switch
        {
            ValueKind.String => Target.Evaluate(frame).Member(index.Text),
            ValueKind.Number => Target.Evaluate(frame).Element(index.Number),
            _ => Value.Undefined,
        };
    }

    /// <summary>The path below a name, such as <c>/a/b</c>; null when it is none.</summary>
    internal string? Path => Index is Constant { Value: { Kind: ValueKind.String } name }
        ? Target switch
        {
            Name => "/" + name.Text,
            Member inner when inner.Path is { } path => $"{path}/{name.Text}",
            _ => null,
        }
        : null;
}

/// <summary>One operand.</summary>
internal sealed class Unary(Func<Value, Value> operation, Expression operand) : Expression
{
    internal override Value Evaluate(Frame frame) => operation(operand.Evaluate(frame));
}

/// <summary>Two operands, of which both are looked at.</summary>
internal sealed class Binary(Func<Value, Value, Value> operation, Expression left, Expression right) : Expression
{
    internal override Value Evaluate(Frame frame) => operation(left.Evaluate(frame), right.Evaluate(frame));
}

/// <summary>AND and OR: what decides it alone decides it, whatever the other is.</summary>
internal sealed class Logical(bool isOr, Expression left, Expression right) : Expression
{
    internal override Value Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        if (isOr ? first.IsTrue : first.IsFalse)
            return first;
        var second = right.Evaluate(frame);
        if (isOr ? second.IsTrue : second.IsFalse)
            return second;
        return first.Kind == ValueKind.Boolean && second.Kind == ValueKind.Boolean ? Value.Of(!isOr) : Value.Undefined;
    }
}

/// <summary><c>x IN (a, b)</c>, which is <c>x = a OR x = b</c>.</summary>
internal sealed class In(Expression operand, IReadOnlyList<Expression> choices, bool isNegated) : Expression
{
    internal override Value Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        var isUnknown = false;
        foreach (var choice in choices)
        {
            var same = Operators.Equal(value, choice.Evaluate(frame));
            if (same.IsTrue)
                return Value.Of(!isNegated);
            isUnknown |= same.IsUndefined;
        }

        return isUnknown ? Value.Undefined : Value.Of(isNegated);
    }
}

/// <summary><c>x BETWEEN a AND b</c>, which is <c>x &gt;= a AND x &lt;= b</c>.</summary>
internal sealed class Between(Expression operand, Expression least, Expression most, bool isNegated) : Expression
{
    internal override Value Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        var (isAbove, isBelow) = (Operators.GreaterOrEqual(value, least.Evaluate(frame)), Operators.LessOrEqual(value, most.Evaluate(frame)));
        if (isAbove.IsFalse || isBelow.IsFalse)
            return Value.Of(isNegated);
        return isAbove.IsTrue && isBelow.IsTrue ? Value.Of(!isNegated) : Value.Undefined;
    }
}

/// <summary><c>condition ? a : b</c>, of which only what is chosen is looked at.</summary>
internal sealed class Conditional(Expression condition, Expression then, Expression otherwise) : Expression
{
    internal override Value Evaluate(Frame frame) => condition.Evaluate(frame).IsTrue ? then.Evaluate(frame) : otherwise.Evaluate(frame);
}

/// <summary><c>a ?? b</c>: b where a is undefined; null is a value.</summary>
internal sealed class Coalesce(Expression first, Expression second) : Expression
{
    internal override Value Evaluate(Frame frame) => first.Evaluate(frame) is { IsUndefined: false } value ? value : second.Evaluate(frame);
}

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ArrayLiteral(IReadOnlyList<Expression> elements) : Expression
{
    internal override Value Evaluate(Frame frame) => Value.Of([.. elements.Select(element => element.Evaluate(frame)).Where(element => !element.IsUndefined)]);
}

/// <summary><c>{"a": b}</c>.</summary>
internal sealed class ObjectLiteral(IReadOnlyList<KeyValuePair<string, Expression>> members) : Expression
{
    internal override Value Evaluate(Frame frame) =>
        Value.Of([.. members.Select(member => KeyValuePair.Create(member.Key, member.Value.Evaluate(frame))).Where(member => !member.Value.IsUndefined)]);
}

/// <summary>A function of values.</summary>
internal sealed class Call(Func<Value[], Value> function, IReadOnlyList<Expression> arguments) : Expression
{
    internal override Value Evaluate(Frame frame)
    {
        var values = new Value[arguments.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = arguments[i].Evaluate(frame);
        return function(values);
    }
}

/// <summary><c>EXISTS(…)</c>.</summary>
internal sealed class Exists(Query query) : Expression
{
    internal override Value Evaluate(Frame frame) => Value.Of(query.Rows(frame).Any());
}

/// <summary><c>ARRAY(…)</c>: all rows of a subquery.</summary>
internal sealed class ArraySubquery(Query query) : Expression
{
    internal override Value Evaluate(Frame frame) => Value.Of([.. query.Rows(frame)]);
}

/// <summary><c>(SELECT …)</c>: the one row of a subquery.</summary>
internal sealed class ScalarSubquery(Query query) : Expression
{
    internal override Value Evaluate(Frame frame) => query.Rows(frame).Take(2).ToArray() is [var only] ? only : Value.Undefined;
}
