using Platform.LoadTests.Run.Journeys;

namespace Platform.Tests.LoadTests;

/// <summary>Loads are held to what the alerts are made of.</summary>
public sealed class ObjectivesTests
{
    private static readonly string[] Rules =
    [
        "groups:",
        """      - {record: "slo:objective:ratio", labels: {journey: browse, slo: availability}, expr: vector(0.999)}""",
        """      - {record: "slo:objective:ratio", labels: {slo: latency, journey: browse}, expr: vector(0.95)}""",
        """      - {record: "slo:latency_threshold:seconds", labels: {journey: browse, le: "0.1"}, expr: vector(0.1)}""",
    ];

    [Fact]
    public void Every_journey_of_the_file_promises_something()
    {
        var objectives = Objectives.Load();

        Assert.Superset(new HashSet<string> { "browse", "search", "checkout", "realtime", "recommendations" }, objectives.Keys.ToHashSet());
        Assert.All(objectives.Values, objective => Assert.InRange(objective.Threshold, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_journey_is_read_from_its_rules_in_whatever_order_their_labels_are()
    {
        Assert.Equal(new Objective("browse", 0.999, 0.95, TimeSpan.FromSeconds(0.1)), Objectives.Read(Rules)["browse"]);
    }

    [Fact]
    public void A_rule_that_is_not_understood_is_named()
    {
        var e = Assert.Throws<FormatException>(() => Objectives.Read([.. Rules, """      - {record: "slo:objective:ratio", labels: {journey: search}, expr: 1 - vector(0.1)}"""]));

        Assert.StartsWith("objectives.yml, line 5 must be", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "browse promises of availability")]
    [InlineData(3, "browse promises of slo:latency_threshold:seconds")]
    public void A_journey_that_promises_too_little_is_named(int left, string what)
    {
        Assert.Contains(what, Assert.Throws<FormatException>(() => Objectives.Read(Rules.Where((_, n) => n != left))).Message, StringComparison.Ordinal);
    }
}
