using Platform.Api.Data;

namespace Platform.Tests.Api.Data;

public sealed class QueryTelemetryTests
{
    [Theory]
    [InlineData("SELECT 1", "select")]
    [InlineData("  \n-- said by EF Core\n\ninsert into x", "insert")]
    [InlineData("WITH a AS (SELECT 1) DELETE FROM b", "with")]
    [InlineData("UPDATE x SET y = 1", "update")]
    [InlineData("-- nothing else", "other")]
    [InlineData("", "other")]
    [InlineData("TRUNCATE x", "other")]
    public void A_statement_is_known_by_the_word_it_begins_with_and_by_nothing_that_is_in_it(string statement, string operation) =>
        Assert.Equal(operation, QueryTelemetry.OperationOf(statement));
}
