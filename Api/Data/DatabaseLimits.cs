namespace Platform.Api.Data;

/// <summary>How long a request may wait for PostgreSQL, and how many may use it.</summary>
/// <param name="RequestDeadline">For all its statements together: <c>Database:RequestDeadline</c>, 1.5 s unless set, 1 to 60 s.</param>
/// <param name="ConcurrentRequests">
/// How many requests use it at once: <c>Database:ConcurrentRequests</c>, 1 to 1,000. Unless set 4 for each processor and
/// at least 8: with more, none gets done sooner, and all of them later.
/// </param>
internal sealed record DatabaseLimits(TimeSpan RequestDeadline, int ConcurrentRequests)
{
    private const int PerProcessor = 4;
    private const int Fewest = 8;
    private const int Most = 1000;

    /// <summary>For a connection, in whole seconds: two thirds of the deadline.</summary>
    internal int ConnectSeconds => Math.Max(1, (int)(RequestDeadline.TotalSeconds * 2 / 3));

    /// <summary>For one statement; a little less, so that the server's own end of it comes first.</summary>
    internal int StatementMilliseconds => (int)RequestDeadline.TotalMilliseconds - 200;

    /// <exception cref="InvalidOperationException">The setting is not usable.</exception>
    internal static DatabaseLimits From(IConfiguration configuration)
    {
        // The default keeps the promise of an answer within 2 s.
        var deadline = configuration.GetValue("Database:RequestDeadline", TimeSpan.FromSeconds(1.5));
        if (deadline < TimeSpan.FromSeconds(1) || deadline > TimeSpan.FromMinutes(1))
        {
            throw new InvalidOperationException("Database:RequestDeadline must be a time from 00:00:01 to 00:01:00.");
        }

        var requests = configuration.GetValue("Database:ConcurrentRequests", Math.Clamp(Environment.ProcessorCount * PerProcessor, Fewest, Most));
        return requests is >= 1 and <= Most
            ? new DatabaseLimits(deadline, requests)
            : throw new InvalidOperationException($"Database:ConcurrentRequests must be a number from 1 to {Most}.");
    }
}
