namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>How a <c>DbContext</c> connects to PostgreSQL and what is watched about it.</summary>
/// <remarks>
/// Bound from the section <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c>, then from its children named after the
/// connection and after the context's type; the later wins.
/// </remarks>
public sealed class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>The connection string. <c>ConnectionStrings:{name}</c> goes before a bound one.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Turns off the retry of commands that failed for a passing reason.</summary>
    /// <value>False by default: EF Core tries again up to 6 times, at most 30 seconds apart.</value>
    public bool DisableRetry { get; set; }

    /// <summary>Leaves out the health check, which is named after the context's type.</summary>
    /// <value>False by default.</value>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves the activity source <c>Npgsql</c> out of the traces.</summary>
    /// <value>False by default.</value>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves the meter <c>Npgsql</c> out of the metrics.</summary>
    /// <value>False by default.</value>
    public bool DisableMetrics { get; set; }

    /// <summary>How long a command may take, in seconds.</summary>
    /// <value>Null by default: the connection string's <c>Command Timeout</c>, else 30 seconds.</value>
    public int? CommandTimeout { get; set; }
}
