using Microsoft.Extensions.Diagnostics.HealthChecks;
using NpgsqlTypes;
using Platform.ChangeStream;

namespace Platform.Tests.ChangeStream;

/// <summary>What <c>/health</c> says of a reader.</summary>
public sealed class HealthTests
{
    private static readonly SlotState Slot = new(IsActive: true, "reserved", new NpgsqlLogSequenceNumber(1), 0, 0, null, DateTimeOffset.UnixEpoch);

    [Fact]
    public void It_is_well_while_it_reads_or_another_does()
    {
        Assert.Equal(HealthStatus.Healthy, Judge(new(true, Slot, TimeSpan.Zero, null)));
        Assert.Equal(HealthStatus.Healthy, Judge(new(false, Slot, TimeSpan.Zero, null)));
    }

    [Fact]
    public void It_is_degraded_while_the_consumer_is_late_the_slot_in_danger_or_nobody_reads()
    {
        Assert.Equal(HealthStatus.Degraded, Judge(new(true, Slot, TimeSpan.FromMinutes(1), null)));
        Assert.Equal(HealthStatus.Degraded, Judge(new(true, Slot with { WalStatus = "unreserved" }, TimeSpan.Zero, null)));
        Assert.Equal(HealthStatus.Degraded, Judge(new(false, Slot with { IsActive = false }, TimeSpan.Zero, null)));
        Assert.Equal(HealthStatus.Degraded, Judge(ChangeStreamStatus.None));
    }

    [Theory]
    [InlineData(HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Degraded)]
    public void When_it_cannot_be_read_it_is_as_bad_as_the_service_says(HealthStatus failure) =>
        Assert.Equal(failure, ChangeStreamHealth.Judge(new(false, Slot, TimeSpan.Zero, "password authentication failed"), failure).Status);

    [Fact]
    public void The_cause_is_for_the_log_alone() =>
        Assert.DoesNotContain("password", ChangeStreamHealth.Judge(new(false, null, TimeSpan.Zero, "password authentication failed"), HealthStatus.Unhealthy).Description, StringComparison.Ordinal);

    private static HealthStatus Judge(ChangeStreamStatus status) => ChangeStreamHealth.Judge(status, HealthStatus.Unhealthy).Status;
}
