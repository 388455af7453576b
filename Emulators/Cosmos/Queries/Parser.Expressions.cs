using System.Globalization;

namespace Platform.Emulators.Cosmos.Queries;

// Expressions, the loosest first. BETWEEN, ?: and ?? are outside AND and OR, as in the service's grammar.
internal sealed partial class Parser
{
    // Each level takes a dozen frames of the stack.
    private const int MaxDepth = 200;

    // Of the same precedence in one line, the tightest last.
    private static readonly (string Sign, Func<Value, Value, Value> Operation)[][] BinaryOperators =
    [
        [("=", Operators.Equal), ("!=", Operators.NotEqual), ("<>", Operators.NotEqual)],
        [("<", Operators.Less), ("<=", Operators.LessOrEqual), (">", Operators.Greater), (">=", Operators.GreaterOrEqual)],
        [("||", Operators.Concatenate)],
        [("|", Operators.Or)],
        [("^", Operators.ExclusiveOr)],
        [("&", Operators.And)],
        [("+", Operators.Add), ("-", Operators.Subtract)],
        [("*", Operators.Multiply), ("/", Operators.Divide), ("%", Operators.Remainder)],
    ];

    private static readonly (string Sign, Func<Value, Value> Operation)[] UnaryOperators =
        [("NOT", Operators.Not), ("-", Operators.Negative), ("+", Operators.Positive), ("~", Operators.Complement)];

    private Expression ParseScalar()
    {
        if (++_depth > MaxDepth)
            throw Error("SC3010", "The query is nested too deeply.", Next);
        var expression = ParseOr();
        while (true)
        {
            var token = Next;
            if (Accept("??"))
            {
                expression = new Coalesce(expression, ParseOr());
            }
            else if (Accept("?"))
            {
                var then = ParseScalar();
                Expect(":");
                expression = new Conditional(expression, then, ParseScalar());
            }
            else if (Next.Is("BETWEEN") || (Next.Is("NOT") && _tokens[_at + 1].Is("BETWEEN")))
            {
                // x = 1 AND y BETWEEN 2 AND 9 would be (x = 1 AND y) BETWEEN 2 AND 9.
                if (expression is Logical)
                    throw Unexpected(token);
                expression = ParseBetween(expression);
                if (Next.Is("AND") || Next.Is("OR"))
                    throw Unexpected(Next);
            }
            else
            {
                _depth--;
                return expression;
            }
        }
    }

    private Between ParseBetween(Expression operand)
    {
        var isNegated = Accept("NOT");
        Expect("BETWEEN");
        var least = ParseBinary(0);
        Expect("AND");
        return new Between(operand, least, ParseBinary(0), isNegated);
    }

    // Many terms in a row are a tree of little depth: a client that reads a thousand items by their ids asks so.
    private Expression ParseOr() => Balanced(ParseList("OR", ParseAnd), isOr: true);

    private Expression ParseAnd() => Balanced(ParseList("AND", ParseIn), isOr: false);

    private List<Expression> ParseList(string separator, Func<Expression> parse)
    {
        List<Expression> terms = [parse()];
        while (Accept(separator))
            terms.Add(parse());
        return terms;
    }

    private static Expression Balanced(List<Expression> terms, bool isOr)
    {
        while (terms.Count > 1)
            terms = [.. terms.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : new Logical(isOr, pair[0], pair[1]))];
        return terms[0];
    }

    private Expression ParseIn()
    {
        var operand = ParseBinary(0);
        var isNegated = Next.Is("NOT") && (_tokens[_at + 1].Is("IN") || _tokens[_at + 1].Is("LIKE")) && Accept("NOT");
        if (Accept("IN"))
        {
            Expect("(");
            var choices = ParseList(",", ParseScalar);
            Expect(")");
            return new In(operand, choices, isNegated);
        }

        if (!Accept("LIKE"))
            return operand;
        var pattern = ParseBinary(0);
        char? escape = null;
        if (Accept("ESCAPE"))
        {
            var token = _tokens[_at++];
            escape = token is { Kind: TokenKind.String, Text.Length: 1 } ? token.Text[0] : throw Unexpected(token);
        }

        return new Binary((text, like) => isNegated ? Operators.Not(Operators.Like(text, like, escape)) : Operators.Like(text, like, escape), operand, pattern);
    }

    private Expression ParseBinary(int level)
    {
        if (level == BinaryOperators.Length)
            return ParseUnary();
        var left = ParseBinary(level + 1);
        while (Array.Find(BinaryOperators[level], candidate => Next.Is(candidate.Sign)).Operation is { } operation)
        {
            _at++;
            left = new Binary(operation, left, ParseBinary(level + 1));
        }

        return left;
    }

    private Expression ParseUnary()
    {
        if (Array.Find(UnaryOperators, candidate => Next.Is(candidate.Sign)).Operation is not { } operation)
            return ParseMembers(ParsePrimary());
        if (++_depth > MaxDepth)
            throw Error("SC3010", "The query is nested too deeply.", Next);
        _at++;
        var operand = ParseUnary();
        _depth--;
        return new Unary(operation, operand);
    }

    private Expression ParseMembers(Expression target)
    {
        while (true)
        {
            if (Accept("."))
            {
                target = new Member(target, new Constant(Value.Of(ExpectName())));
            }
            else if (Accept("["))
            {
                target = new Member(target, ParseScalar());
                Expect("]");
            }
            else
            {
                return target;
            }
        }
    }

    private Expression ParsePrimary()
    {
        var token = _tokens[_at++];
        switch (token.Kind)
        {
            case TokenKind.Number:
                return Literal(token);
            case TokenKind.String:
                return new Constant(Value.Of(token.Text));
            case TokenKind.Parameter:
                return new Constant(_parameters.GetValueOrDefault(token.Text));
            case TokenKind.Word:
                return ParseWord(token);
            case TokenKind.Sign when token.Text == "(":
                var inner = Next.Is("SELECT") ? new ScalarSubquery(ParseQuery(isOutermost: false)) : new Parenthesised(ParseScalar()) as Expression;
                Expect(")");
                return inner;
            case TokenKind.Sign when token.Text == "[":
                var elements = Next.Is("]") ? [] : ParseList(",", ParseScalar);
                Expect("]");
                return new ArrayLiteral(elements);
            case TokenKind.Sign when token.Text == "{":
                return ParseObject();
            default:
                throw Unexpected(token);
        }
    }

    private Expression ParseWord(Token word)
    {
        switch (word.Text.ToUpperInvariant())
        {
            case "TRUE":
                return new Constant(Value.True);
            case "FALSE":
                return new Constant(Value.False);
            case "NULL":
                return new Constant(Value.Null);
            case "UNDEFINED":
                return new Constant(Value.Undefined);
            case "EXISTS" or "ARRAY" when Next.Is("("):
                _at++;
                var query = ParseQuery(isOutermost: false);
                Expect(")");
                return word.Is("EXISTS") ? new Exists(query) : new ArraySubquery(query);
        }

        if (Reserved.Contains(word.Text))
            throw Unexpected(word);
        return Next.Is("(") ? ParseCall(word) : Unresolved(word);
    }

    private Expression ParseCall(Token word)
    {
        Expect("(");
        var before = Scope.Aggregates.Count;
        var arguments = Next.Is(")") ? [] : ParseList(",", ParseScalar);
        Expect(")");
        var name = word.Text.ToUpperInvariant();
        if (Aggregate.Names.Contains(name))
        {
            if (Scope.Aggregates.Count > before)
                throw Error("SC2106", "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.", word);
            if (arguments is not [var argument])
                throw WrongCount(word, 1, 1);
            var aggregate = new Aggregate(name, argument, _aggregates++);
            Scope.Aggregates.Add(aggregate);
            return aggregate;
        }

        if (name == "VECTORDISTANCE")
            return arguments.Count is >= 2 and <= 4 ? VectorDistance.Of(arguments, _vectors, word) : throw WrongCount(word, 2, 4);
        if (!Functions.All.TryGetValue(name, out var function))
            throw Error("SC2005", $"'{word.Text}' is not a recognized built-in function name.", word);
        return arguments.Count >= function.Least && arguments.Count <= function.Most
            ? new Call(function.Evaluate, arguments)
            : throw WrongCount(word, function.Least, function.Most);
    }

    private static QueryException WrongCount(Token function, int least, int most) =>
        Error("SC2050", $"The {function.Text} function requires {(least == most ? $"{least}" : $"{least} to {most}")} argument(s).", function);

    private ObjectLiteral ParseObject()
    {
        List<KeyValuePair<string, Expression>> members = [];
        while (!Accept("}"))
        {
            if (members.Count > 0)
                Expect(",");
            var name = _tokens[_at++];
            if (name.Kind is not (TokenKind.String or TokenKind.Word))
                throw Unexpected(name);
            Expect(":");
            members.Add(new(name.Text, ParseScalar()));
        }

        return new ObjectLiteral(members);
    }

    private static Constant Literal(Token number) => new(Value.Of(double.Parse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture)));

    // Not the same as what is in it: (a AND b) BETWEEN … is one, a AND b BETWEEN … is not.
    private sealed class Parenthesised(Expression inner) : Expression
    {
        internal override Value Evaluate(Frame frame) => inner.Evaluate(frame);
    }
}
