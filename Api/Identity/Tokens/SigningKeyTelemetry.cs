using System.Diagnostics.Metrics;

namespace Platform.Api.Identity.Tokens;

/// <summary>How old the key is that access tokens are signed with; in Prometheus <c>platform_keys_*</c>.</summary>
internal sealed class SigningKeyTelemetry
{
    public SigningKeyTelemetry(IMeterFactory meters, SigningKeys keys, TimeProvider clock)
    {
        var meter = meters.Create("Platform.Keys");
        meter.CreateObservableGauge("age_seconds", () => Since(keys, clock), "s", "Since the key that signs began to.");
        meter.CreateObservableGauge("remaining_seconds", () => Since(keys, clock).Select(age => new Measurement<double>(SigningKeys.SigningTime.TotalSeconds - age.Value)), "s",
            "Until the key that signs must have a successor; less than 0 when none was made.");
    }

    // Nothing until the keys were read: this process has signed and verified nothing yet.
    private static IEnumerable<Measurement<double>> Since(SigningKeys keys, TimeProvider clock) =>
        keys.SigningSince is { } since ? [new Measurement<double>((clock.GetUtcNow() - since).TotalSeconds)] : [];
}
