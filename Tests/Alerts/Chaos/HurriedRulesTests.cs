namespace Platform.Tests.Alerts.Chaos;

public sealed class HurriedRulesTests
{
    [Theory]
    [InlineData("expr: rate(requests_total[5m]) > 0.05", "expr: rate(requests_total[10s]) > 0.05")]
    [InlineData("expr: sum_over_time(slo:errors:rate5m[1h]) / 3600", "expr: sum_over_time(slo:errors:rate5m[60s]) / 3600")]
    [InlineData("expr: parked_total offset 15m", "expr: parked_total offset 15s")]
    [InlineData("        for: 5m", "        for: 5s")]
    [InlineData("        for: 30s", "        for: 1s")]
    [InlineData("    interval: 30s", "    interval: 1s")]
    [InlineData("  scrape_interval: 5s", "  scrape_interval: 2s")]
    [InlineData("      repeat_interval: 1h", "      repeat_interval: 60s")]
    [InlineData("summary: \"waits for 5m\"", "summary: \"waits for 5m\"")]
    public void A_minute_becomes_a_second_and_all_else_stays(string written, string hurried) => Assert.Equal(hurried, HurriedRules.Hurry(written));
}
