namespace Prometheus;

/// <summary>Thrown from a before-collect callback to fail the whole collection: the scraper is answered 503.</summary>
public class ScrapeFailedException : Exception
{
    /// <inheritdoc cref="ScrapeFailedException"/>
    public ScrapeFailedException()
    {
    }

    /// <inheritdoc cref="ScrapeFailedException"/>
    /// <param name="message">Sent to the scraper.</param>
    public ScrapeFailedException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="ScrapeFailedException(string)"/>
    public ScrapeFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
