using System.Text;
using Platform.Emulators.Cosmos.Queries;

namespace Platform.Tests.Emulators.Cosmos;

/// <summary>What queries mean: text, and the rows they give over <see cref="Items"/>.</summary>
public sealed class QueryTests
{
    private static readonly string[] Items =
    [
        """{"id":"a","kind":"book","n":1,"price":12.5,"tags":["sea","whale"],"author":{"name":"Herman","born":1819},"ok":true}""",
        """{"id":"b","kind":"book","n":2,"price":null,"tags":[],"author":{"name":"Emily","born":1818},"ok":false}""",
        """{"id":"c","kind":"film","n":3,"tags":["sea"],"title":"Jaws \"1975\" é"}""",
        """{"id":"d","kind":"film","n":"four","tags":"none","extra":{"x":[1,[2,3]]}}""",
    ];

    [Theory]
    // Projections.
    [InlineData("SELECT c.id, c.n FROM c WHERE c.id = 'a'", """[{"id":"a","n":1}]""")]
    [InlineData("SELECT VALUE c.author.name FROM c", """["Herman","Emily"]""")]
    [InlineData("SELECT c.title FROM c", """[{},{},{"title":"Jaws \"1975\" é"},{}]""")]
    [InlineData("SELECT c.n + 1, c.n * 2 AS twice, 'x' FROM c WHERE c.id = 'b'", """[{"$1":3,"twice":4,"$2":"x"}]""")]
    [InlineData("""SELECT VALUE {"id": c.id, tags: [c.n, c.missing, "t"]} FROM c WHERE c.id = 'a'""", """[{"id":"a","tags":[1,"t"]}]""")]
    [InlineData("SELECT VALUE c.extra.x[1][0] FROM c", "[2]")]
    [InlineData("SELECT VALUE c[\"kind\"] FROM c WHERE c.n = 3", """["film"]""")]
    [InlineData("SELECT VALUE root FROM root WHERE ((root[\"n\"] > 2) AND (root[\"id\"] != \"x\"))", """[{"id":"c","kind":"film","n":3,"tags":["sea"],"title":"Jaws \"1975\" é"}]""")]
    [InlineData("SELECT 1 + 1 AS two, {a: 1}.a", """[{"two":2,"a":1}]""")]
    [InlineData("select value C.id from books C where C.n >= 2 -- the end", """["b","c"]""")]
    // Undefined and null, and what is not comparable.
    [InlineData("SELECT VALUE c.id FROM c WHERE c.price = null", """["b"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.price)", """["c","d"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.price != 12.5", "[]")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.n > 1", """["b","c"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE NOT (c.n > 1)", """["a"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.missing > 1 OR c.id = 'a'", """["a"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.missing = c.missing", "[]")]
    [InlineData("SELECT VALUE c.missing ?? 'none' FROM c WHERE c.id = 'a'", """["none"]""")]
    [InlineData("SELECT VALUE c.price ?? 'none' FROM c WHERE c.id = 'b'", "[null]")]
    [InlineData("SELECT VALUE c.ok ? 'yes' : 'no' FROM c", """["yes","no","no","no"]""")]
    [InlineData("SELECT VALUE 1 = '1' FROM c WHERE c.id = 'a'", "[]")]
    [InlineData("SELECT VALUE c.author = {born: 1819, name: 'Herman'} FROM c WHERE c.id = 'a'", "[true]")]
    // Conditions.
    [InlineData("SELECT VALUE c.id FROM c WHERE c.kind IN ('film', 'play') AND c.n = 3", """["c"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.kind NOT IN ('film')", """["a","b"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE (c.n BETWEEN 2 AND 3) AND c.kind = 'book'", """["b"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.n NOT BETWEEN 2 AND 3", """["a"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.author.name LIKE 'H_r%'", """["a"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.title LIKE '%!\"1975!\"%' ESCAPE '!'", """["c"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.kind = @kind AND c.n < @most", """["a"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.id = @undeclared", "[]")]
    [InlineData("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'sea')", """["a","c"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'whale')", """["a"]""")]
    [InlineData("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS([{k: 1, v: 2}], {k: 1}, true) AND c.n = 1", """["a"]""")]
    // Order, and how many.
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.n DESC", """["d","c","b","a"]""")]
    [InlineData("SELECT VALUE c.price FROM c ORDER BY c.price", "[null,12.5]")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.price ASC", """["c","d","b","a"]""")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.kind DESC, c.id ASC", """["c","d","a","b"]""")]
    [InlineData("SELECT TOP 2 VALUE c.id FROM c ORDER BY c.id DESC", """["d","c"]""")]
    [InlineData("SELECT TOP 0 VALUE c.id FROM c", "[]")]
    [InlineData("SELECT TOP @two VALUE c.id FROM c", """["a","b"]""")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 1 LIMIT @two", """["b","c"]""")]
    [InlineData("SELECT DISTINCT VALUE c.kind FROM c", """["book","film"]""")]
    [InlineData("SELECT DISTINCT c.kind FROM c ORDER BY c.kind DESC", """[{"kind":"film"},{"kind":"book"}]""")]
    // Aggregates.
    [InlineData("SELECT VALUE COUNT(1) FROM c", "[4]")]
    [InlineData("SELECT VALUE COUNT(c.price) FROM c", "[2]")]
    [InlineData("SELECT VALUE COUNT(1) FROM c WHERE c.id = 'x'", "[0]")]
    [InlineData("SELECT VALUE SUM(c.n) FROM c", "[]")]
    [InlineData("SELECT SUM(c.n) AS total, AVG(c.n) AS mean, MIN(c.n) AS least, MAX(c.id) AS last FROM c WHERE c.kind = 'book'", """[{"total":3,"mean":1.5,"least":1,"last":"b"}]""")]
    [InlineData("SELECT VALUE AVG(c.n) FROM c WHERE c.id = 'x'", "[]")]
    [InlineData("SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind", """[{"kind":"book","n":2},{"kind":"film","n":2}]""")]
    [InlineData("SELECT VALUE [{\"item\": COUNT(1)}] FROM c", """[[{"item":4}]]""")]
    [InlineData("""SELECT [{"item": c.kind}] AS groupByItems, {"kind": c.kind, "n": {"item": COUNT(1)}} AS payload FROM c GROUP BY c.kind""",
        """[{"groupByItems":[{"item":"book"}],"payload":{"kind":"book","n":{"item":2}}},{"groupByItems":[{"item":"film"}],"payload":{"kind":"film","n":{"item":2}}}]""")]
    // Within items.
    [InlineData("SELECT c.id, t FROM c JOIN t IN c.tags", """[{"id":"a","t":"sea"},{"id":"a","t":"whale"},{"id":"c","t":"sea"}]""")]
    [InlineData("SELECT VALUE t FROM t IN c.tags", """["sea","whale","sea"]""")]
    [InlineData("SELECT VALUE n FROM c.author.name n", """["Herman","Emily"]""")]
    [InlineData("SELECT c.id, (SELECT VALUE COUNT(1) FROM t IN c.tags) AS tags FROM c WHERE c.kind = 'book'", """[{"id":"a","tags":2},{"id":"b","tags":0}]""")]
    [InlineData("SELECT VALUE ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags) FROM c WHERE c.id = 'a'", """[["SEA","WHALE"]]""")]
    [InlineData("SELECT VALUE s.big FROM (SELECT c.n * 10 AS big FROM c) AS s", "[10,20,30]")]
    // Functions and operators.
    [InlineData("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.author.name, 'h', true)", """["a"]""")]
    [InlineData("SELECT VALUE CONCAT(LOWER(c.author.name), '-', c.kind) FROM c WHERE CONTAINS(c.author.name, 'mil')", """["emily-book"]""")]
    [InlineData("SELECT VALUE [LENGTH('abc'), SUBSTRING('abcdef', 1, 3), INDEX_OF('abc', 'c'), REPLACE('aXb', 'X', '-'), LEFT('abc', 2), RIGHT('abc', 2)]", """[[3,"bcd",2,"a-b","ab","bc"]]""")]
    [InlineData("SELECT VALUE [ABS(-2), CEILING(1.2), ROUND(2.5), POWER(2, 10), 7 % 3, 1 + 2 * 3, (1 + 2) * 3, 6 / 4, -3 + 1, 5 & 3, 5 | 3, 5 ^ 3]", "[[2,2,3,1024,1,7,9,1.5,-2,1,7,6]]")]
    [InlineData("SELECT VALUE [ARRAY_LENGTH([1,2]), ARRAY_CONCAT([1], [2]), ARRAY_SLICE([1,2,3], 1), ARRAY_SLICE([1,2,3], -1)]", "[[2,[1,2],[2,3],[3]]]")]
    [InlineData("SELECT VALUE ['a' || 'b', 0x1F, 1e3, -0.5, 'it\\'s', \"q\", '\\u00e9']", """[["ab",31,1000,-0.5,"it's","q","é"]]""")]
    [InlineData("SELECT VALUE VectorDistance([1, 0], [1, 0])", "[1]")]
    [InlineData("SELECT VALUE VectorDistance([1, 0], [4, 4], true, {distanceFunction: 'euclidean'})", "[5]")]
    public void A_query_gives_these_rows(string query, string rows)
    {
        var given = Rows(query).Select(row => row.ToJson());

        Assert.Equal(Normalised(rows), Normalised($"[{string.Join(',', given)}]"));
    }

    [Theory]
    [InlineData("SELEC c FROM c", "SC1001", "Syntax error, incorrect syntax near 'SELEC'.")]
    [InlineData("SELECT * FROM c WHERE", "SC1002", "Syntax error, unexpected end-of-file.")]
    [InlineData("SELECT * FROM c WHERE x.n = 1", "SC2001", "Identifier 'x' could not be resolved.")]
    [InlineData("SELECT name FROM c", "SC2001", "Identifier 'name' could not be resolved.")]
    [InlineData("SELECT FOO(1) FROM c", "SC2005", "'FOO' is not a recognized built-in function name.")]
    [InlineData("SELECT c.a, c.b.a FROM c", "SC2022", null)]
    [InlineData("SELECT c.id, COUNT(1) FROM c GROUP BY c.kind", "SC2102", null)]
    [InlineData("SELECT TOP 1 * FROM c OFFSET 0 LIMIT 1", "SC2205", null)]
    [InlineData("SELECT * FROM c ORDER BY VectorDistance(c.v, [1]) DESC", "SC2210", null)]
    [InlineData("SELECT * FROM c ORDER BY c.n + 1", "SC2206", null)]
    [InlineData("SELECT * FROM c WHERE x = 1 AND c.n BETWEEN 2 AND 9", "SC1001", null)]
    [InlineData("SELECT * FROM c LIMIT 1", "SC1001", null)]
    [InlineData("SELECT * FROM c;", "SC1010", null)]
    [InlineData("SELECT c.order FROM c", "SC1001", "Syntax error, incorrect syntax near 'order'.")]
    [InlineData("SELECT * FROM c WHERE c.n = 'open", "SC1012", null)]
    [InlineData("SELECT TOP -1 * FROM c", "SC1001", null)]
    [InlineData("SELECT CONTAINS(c.n) FROM c", "SC2050", null)]
    [InlineData("SELECT 0x FROM c", "SC1010", null)]
    public void A_query_that_is_none_is_told_why(string query, string code, string? message)
    {
        var error = Assert.Throws<QueryException>(() => Rows(query).ToList());

        Assert.Equal(code, error.Code);
        if (message is not null)
            Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("SELECT VALUE REGEXMATCH(c.id, '(') FROM c")]
    [InlineData("SELECT VALUE c.id LIKE '[z-a]' FROM c")]
    public void A_pattern_that_is_none_is_refused(string query) =>
        Assert.Equal(400, Assert.Throws<Platform.Emulators.Cosmos.Storage.CosmosException>(() => Rows(query).ToList()).Status);

    [Fact]
    public void A_thousand_terms_are_not_too_many_and_a_thousand_brackets_are()
    {
        var terms = string.Join(" OR ", Enumerable.Range(0, 1_000).Select(n => $"(c.id = 'x{n}' AND c.kind = 'book')"));
        var brackets = new string('(', 1_000) + "1" + new string(')', 1_000);

        Assert.Equal(["a"], Rows($"SELECT VALUE c.id FROM c WHERE ({terms} OR c.id = 'a')").Select(row => row.Text));
        Assert.Throws<QueryException>(() => Rows($"SELECT VALUE {brackets}"));
    }

    [Fact]
    public void The_nearest_vectors_come_first_and_by_the_containers_function()
    {
        (byte[] Json, float[]?[]? Vectors)[] items =
        [
            ("""{"id":"far"}"""u8.ToArray(), [[0f, 1f]]),
            ("""{"id":"near"}"""u8.ToArray(), [[1f, 0.1f]]),
            ("""{"id":"none"}"""u8.ToArray(), [null]),
        ];
        var parameters = new Dictionary<string, Value> { ["@q"] = Value.Of("[1,0]"u8.ToArray()) };

        IEnumerable<string> Nearest(DistanceFunction function) => Parser.Parse(
            "SELECT TOP 2 VALUE c.id FROM c ORDER BY VectorDistance(c.v, @q)", parameters, new VectorPolicy([new VectorPath("/v", 2, function)])).Rows(items).Select(row => row.Text);

        Assert.Equal(["near", "far"], Nearest(DistanceFunction.Cosine));
        // A vector that is not there has the smallest distance of all: that it is undefined.
        Assert.Equal(["none", "near"], Nearest(DistanceFunction.Euclidean));
    }

    private static IEnumerable<Value> Rows(string query)
    {
        var parameters = new Dictionary<string, Value> { ["@kind"] = Value.Of("book"), ["@most"] = Value.Of(2), ["@two"] = Value.Of(2) };
        return Parser.Parse(query, parameters, VectorPolicy.None).Rows(Items.Select(item => (Encoding.UTF8.GetBytes(item), (float[]?[]?)null)));
    }

    private static string Normalised(string json) => System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonDocument.Parse(json).RootElement);
}
