using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.ChangeStream;

/// <summary>
/// Healthy while changes are read and confirmed, here or by another reader. The failure status of its registration while
/// they cannot be read; degraded while they are read, but late or with the slot in danger.
/// </summary>
internal sealed class ChangeStreamHealth(ChangeStreamReader reader) : IHealthCheck
{
    // Ten heartbeats would have been confirmed since, as they usually come.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(50);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Judge(reader.Status, context.Registration.FailureStatus));

    internal static HealthCheckResult Judge(ChangeStreamStatus status, HealthStatus failure) => status switch
    {
        { Failure: not null } => new HealthCheckResult(failure, "The change stream cannot be read; the log says why."),
        // What the server says of it, or another reader: this one has only just begun, or waits for its turn.
        { IsActive: false, Slot: null } => HealthCheckResult.Degraded("The server was not asked for the slot yet."),
        { Slot.WalStatus: "unreserved" or "lost" } => HealthCheckResult.Degraded("The slot keeps more WAL than the server allows: it is about to be lost, or is."),
        { IsActive: true } when status.Lag > Late => HealthCheckResult.Degraded(
            string.Create(CultureInfo.InvariantCulture, $"What was committed {status.Lag.TotalSeconds:0} s ago is not confirmed yet.")),
        { IsActive: false, Slot.IsActive: false } => HealthCheckResult.Degraded("Nobody reads from the slot at the moment."),
        { IsActive: false } => HealthCheckResult.Healthy("Another reader has the slot."),
        _ => HealthCheckResult.Healthy(),
    };
}
