namespace Aspire.StackExchange.Redis;

/// <summary>How a service connects to Redis and what is watched about it.</summary>
/// <remarks>
/// Bound from the section <c>Aspire:StackExchange:Redis</c>, then from its child named after the connection; the later
/// wins. What <c>ConfigurationOptions</c> of StackExchange.Redis offers is bound from the child of that name in each.
/// </remarks>
public sealed class StackExchangeRedisSettings
{
    /// <summary>StackExchange.Redis' configuration string. <c>ConnectionStrings:{name}</c> goes before a bound one.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Connects at the first use instead of at the start of the service, and blocks the thread that needs it.</summary>
    /// <value>False by default.</value>
    public bool DisableAutoActivation { get; set; }

    /// <summary>Leaves out the health check, named <c>StackExchange.Redis</c> or <c>StackExchange.Redis_{key}</c>.</summary>
    /// <value>False by default.</value>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves Redis out of the traces.</summary>
    /// <value>False by default.</value>
    public bool DisableTracing { get; set; }
}
