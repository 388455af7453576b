namespace Aspire.Hosting;

/// <summary>The application cannot be built, started or waited for; the message says why.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a reason.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With a reason.</summary>
    /// <param name="message">The reason.</param>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and its cause.</summary>
    /// <param name="message">The reason.</param>
    /// <param name="inner">The cause.</param>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A parameter has neither a configured value nor a default.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <summary>With a reason.</summary>
    /// <param name="message">The reason.</param>
    public MissingParameterValueException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and its cause.</summary>
    /// <param name="message">The reason.</param>
    /// <param name="innerException">The cause.</param>
    public MissingParameterValueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
