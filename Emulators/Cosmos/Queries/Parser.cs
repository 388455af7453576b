namespace Platform.Emulators.Cosmos.Queries;

/// <summary>
/// Makes a query of its text (the grammar of Azure Cosmos DB for NoSQL,
/// https://learn.microsoft.com/azure/cosmos-db/nosql/query/). This file: the clauses.
/// </summary>
internal sealed partial class Parser
{
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "SELECT", "TOP", "DISTINCT", "VALUE", "FROM", "JOIN", "IN", "WHERE", "GROUP", "ORDER", "BY", "OFFSET", "LIMIT", "AND", "OR", "NOT",
        "BETWEEN", "LIKE", "ESCAPE", "EXISTS", "ARRAY", "AS", "ASC", "DESC", "UNDEFINED", "NULL", "TRUE", "FALSE", "HAVING",
    };

    private readonly string _text;
    private readonly List<Token> _tokens;
    private readonly IReadOnlyDictionary<string, Value> _parameters;
    private readonly VectorPolicy _vectors;
    private OpenQuery? _open;
    private int _at;
    private int _slots = ParsedQuery.ItemSlot + 1;
    private int _aggregates;
    private int _depth;

    private Parser(string text, IReadOnlyDictionary<string, Value> parameters, VectorPolicy vectors) =>
        (_text, _tokens, _parameters, _vectors) = (text, Lexer.Read(text), parameters, vectors);

    /// <summary>Reads a query; its first name, if it has one, is for the container's items.</summary>
    /// <param name="text">The query.</param>
    /// <param name="parameters">Values of parameters, by name with <c>@</c>; others are undefined.</param>
    /// <param name="vectors">What the container says of its vectors.</param>
    /// <exception cref="QueryException">It is none.</exception>
    internal static ParsedQuery Parse(string text, IReadOnlyDictionary<string, Value> parameters, VectorPolicy vectors)
    {
        var parser = new Parser(text, parameters, vectors);
        var query = parser.ParseQuery(isOutermost: true);
        parser.Expect(TokenKind.End);
        return new ParsedQuery(query, parser._slots, parser._aggregates);
    }

    private Token Next => _tokens[_at];

    private OpenQuery Scope => _open!;

    private Query ParseQuery(bool isOutermost)
    {
        if (++_depth > MaxDepth)
            throw Error("SC3010", "The query is nested too deeply.", Next);
        var query = new Query();
        _open = new OpenQuery(_open);
        Expect("SELECT");
        query.IsDistinct = Accept("DISTINCT");
        var hasTop = Accept("TOP");
        if (hasTop)
            query.Limit = ParseCount("TOP");
        query.IsDistinct |= Accept("DISTINCT");
        var items = ParseSelect(query);
        if (Accept("FROM"))
            ParseFrom(query, isOutermost);
        if (Accept("WHERE"))
            query.Where = ParseScalar();
        if (Accept("GROUP"))
            ParseGroupBy(query);
        if (Accept("ORDER"))
            ParseOrderBy(query);
        if (Accept("OFFSET"))
        {
            if (hasTop)
                throw Error("SC2205", "'TOP' is not allowed in the same query as 'OFFSET' and 'LIMIT'.", _tokens[_at - 1]);
            query.Offset = ParseCount("OFFSET");
            Expect("LIMIT");
            query.Limit = ParseCount("LIMIT");
        }

        query.Aggregates.AddRange(Scope.Aggregates);
        if (query.GroupBy.Count > 0)
            CheckGrouping(items);
        query.Projection ??= new Name(Next) { Slot = Scope.OnlySlot ?? throw Error("SC2040", "'SELECT *' is only valid with a single input set.", Next) };
        _open = Scope.Close();
        _depth--;
        return query;
    }

    private List<(string Text, bool HasAggregate, Token At)> ParseSelect(Query query)
    {
        List<(string, bool, Token)> items = [];
        if (Next.Is("*"))
        {
            _at++;
            query.IsValue = true;
            return items;
        }

        if (Next.Is("VALUE"))
        {
            _at++;
            query.IsValue = true;
            query.Projection = ParseItem(items);
            return items;
        }

        List<KeyValuePair<string, Expression>> members = [];
        var unnamed = 0;
        do
        {
            var start = Next;
            var expression = ParseItem(items);
            var name = ParseAlias(expression) ?? $"${++unnamed}";
            if (members.Exists(member => member.Key == name))
                throw Error("SC2022", $"Cannot resolve the property name '{name}': it is there more than once.", start);
            members.Add(new(name, expression));
        }
        while (Accept(","));
        query.Projection = new ObjectLiteral(members);
        return items;
    }

    private Expression ParseItem(List<(string Text, bool HasAggregate, Token At)> items)
    {
        var (start, aggregates) = (_at, Scope.Aggregates.Count);
        var expression = ParseScalar();
        items.Add((TextOf(start, _at), Scope.Aggregates.Count > aggregates || expression is Constant, _tokens[start]));
        return expression;
    }

    private string? ParseAlias(Expression expression)
    {
        if (Accept("AS"))
            return ExpectName();
        if (Next.Kind == TokenKind.Word && !Reserved.Contains(Next.Text))
            return _tokens[_at++].Text;
        return expression switch
        {
            Name name => name.Token.Text,
            Member { Index: Constant { Value: { Kind: ValueKind.String } last } } => last.Text,
            _ => null,
        };
    }

    private void ParseFrom(Query query, bool isOutermost)
    {
        // The container may be called anything.
        query.ReadsItems = isOutermost;
        ParseSource(query, isOutermost);
        while (Accept("JOIN"))
            ParseSource(query, isContainer: false);
    }

    private void ParseSource(Query query, bool isContainer)
    {
        if (Next.Is("("))
        {
            _at++;
            var subquery = ParseQuery(isContainer);
            Expect(")");
            query.Sources.Add(new Source(Declare(Accept("AS") ? ExpectName() : AcceptName()), null, isIteration: false, subquery));
            return;
        }

        var name = ExpectName();
        if (Accept("IN"))
        {
            if (Accept("("))
            {
                var subquery = ParseQuery(isOutermost: false);
                Expect(")");
                query.Sources.Add(new Source(Declare(name), null, isIteration: true, subquery));
                return;
            }

            var path = ParsePath(isContainer);
            query.Sources.Add(new Source(Declare(name), path, isIteration: true, query: null));
            return;
        }

        _at--;
        var source = ParsePath(isContainer);
        var alias = Accept("AS") ? ExpectName() : AcceptName() ?? (source is Member { Index: Constant { Value: { Kind: ValueKind.String } last } } ? last.Text : name);
        if (source is Name { Slot: >= 0 } container && isContainer)
        {
            Scope.Add(alias, container.Slot);
            return;
        }

        query.Sources.Add(new Source(Declare(alias), source, isIteration: false, query: null));
    }

    // The container itself is put into its slot from outside.
    private Expression ParsePath(bool isContainer)
    {
        var token = Next;
        ExpectName();
        Expression root = isContainer ? new Name(token) { Slot = ParsedQuery.ItemSlot } : Unresolved(token);
        return ParseMembers(root);
    }

    private void ParseGroupBy(Query query)
    {
        Expect("BY");
        do
        {
            var start = _at;
            query.GroupBy.Add(ParseScalar());
            Scope.Groups.Add(TextOf(start, _at));
        }
        while (Accept(","));
    }

    private void ParseOrderBy(Query query)
    {
        Expect("BY");
        do
        {
            var start = Next;
            var key = ParseScalar();
            if (key is not (Member or Name or VectorDistance or ObjectLiteral or Constant or Aggregate) || (key is not VectorDistance && query.OrderBy.Exists(o => o.Key is VectorDistance)))
                throw Error("SC2206", "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.", start);
            if (key is VectorDistance vector)
            {
                if (Next.Is("ASC") || Next.Is("DESC"))
                    throw Error("SC2210", "Specifying a sort order (ASC or DESC) in the ORDER BY clause is not allowed when ordering by a VectorDistance function.", Next);
                query.OrderBy.Add((key, vector.IsSimilarity));
                continue;
            }

            var isDescending = Accept("DESC");
            if (!isDescending)
                Accept("ASC");
            query.OrderBy.Add((key, isDescending));
        }
        while (Accept(","));
    }

    private void CheckGrouping(List<(string Text, bool HasAggregate, Token At)> items)
    {
        foreach (var (text, hasAggregate, at) in items)
        {
            if (!hasAggregate && !Scope.Groups.Contains(text) && !text.StartsWith('{') && !text.StartsWith('['))
                throw Error("SC2102", $"Property reference '{text}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.", at);
        }
    }

    private int ParseCount(string clause)
    {
        var token = _tokens[_at++];
        var value = token.Kind switch
        {
            TokenKind.Number => Literal(token).Value,
            TokenKind.Parameter => _parameters.GetValueOrDefault(token.Text),
            _ => throw Unexpected(token),
        };
        return value.Kind == ValueKind.Number && value.Number >= 0 && value.Number <= int.MaxValue && value.Number == Math.Floor(value.Number)
            ? (int)value.Number
            : throw Error("SC2062", $"The {clause} value specified for the query must be an integer from 0 to {int.MaxValue}.", token);
    }

    private int Declare(string? name)
    {
        var slot = _slots++;
        if (name is not null)
            Scope.Add(name, slot);
        return slot;
    }

    private Name Unresolved(Token token)
    {
        var name = new Name(token);
        Scope.Names.Add(name);
        return name;
    }

    private string TextOf(int from, int to) => string.Join(' ', _tokens.Skip(from).Take(to - from).Select(token => token.Text));

    private bool Accept(string text)
    {
        if (!Next.Is(text))
            return false;
        _at++;
        return true;
    }

    private string? AcceptName() => Next.Kind == TokenKind.Word && !Reserved.Contains(Next.Text) ? _tokens[_at++].Text : null;

    private string ExpectName() => AcceptName() ?? throw Unexpected(Next);

    private void Expect(string text)
    {
        if (!Accept(text))
            throw Unexpected(Next);
    }

    private void Expect(TokenKind kind)
    {
        if (Next.Kind != kind)
            throw Unexpected(Next);
    }

    private QueryException Unexpected(Token token) => token.Kind == TokenKind.End
        ? Error("SC1002", "Syntax error, unexpected end-of-file.", token)
        : Error("SC1001", $"Syntax error, incorrect syntax near '{_text[token.Start..token.End]}'.", token);

    private static QueryException Error(string code, string message, Token at) => new(code, message, at.Start, at.End);

    /// <summary>The names of a query, and what it uses of those outside.</summary>
    private sealed class OpenQuery(OpenQuery? outer)
    {
        private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);

        internal List<Name> Names { get; } = [];

        internal List<Aggregate> Aggregates { get; } = [];

        internal HashSet<string> Groups { get; } = new(StringComparer.Ordinal);

        internal int? OnlySlot => _slots.Count == 1 ? _slots.Values.Single() : null;

        internal void Add(string name, int slot) => _slots[name] = slot;

        // SELECT comes before FROM: what a name is, is known at the end.
        internal OpenQuery? Close()
        {
            foreach (var name in Names)
            {
                if (_slots.TryGetValue(name.Token.Text, out var slot))
                    name.Slot = slot;
                else if (outer is null)
                    throw Error("SC2001", $"Identifier '{name.Token.Text}' could not be resolved.", name.Token);
                else
                    outer.Names.Add(name);
            }

            return outer;
        }
    }
}
