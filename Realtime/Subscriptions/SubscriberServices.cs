using Platform.Realtime.Access;

namespace Platform.Realtime.Subscriptions;

/// <summary>What all connections share.</summary>
internal sealed record SubscriberServices(Fanout Fanout, TopicAccess Access, RealtimeSettings Settings, RealtimeTelemetry Telemetry, TimeProvider Clock);
