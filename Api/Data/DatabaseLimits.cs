namespace Platform.Api.Data;

/// <summary>How long a request may wait for PostgreSQL.</summary>
/// <param name="RequestDeadline">For all its statements together: <c>Database:RequestDeadline</c>, 1.5 s unless set, 1 to 60 s.</param>
internal sealed record DatabaseLimits(TimeSpan RequestDeadline)
{
    /// <summary>For a connection, in whole seconds: two thirds of the deadline.</summary>
    internal int ConnectSeconds => Math.Max(1, (int)(RequestDeadline.TotalSeconds * 2 / 3));

    /// <summary>For one statement; a little less, so that the server's own end of it comes first.</summary>
    internal int StatementMilliseconds => (int)RequestDeadline.TotalMilliseconds - 200;

    /// <exception cref="InvalidOperationException">The setting is not usable.</exception>
    internal static DatabaseLimits From(IConfiguration configuration)
    {
        // The default keeps the promise of an answer within 2 s.
        var deadline = configuration.GetValue("Database:RequestDeadline", TimeSpan.FromSeconds(1.5));
        return deadline >= TimeSpan.FromSeconds(1) && deadline <= TimeSpan.FromMinutes(1)
            ? new DatabaseLimits(deadline)
            : throw new InvalidOperationException("Database:RequestDeadline must be a time from 00:00:01 to 00:01:00.");
    }
}
