namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>The programs of the stack cannot be made ready on this machine.</summary>
/// <param name="message">One sentence for the person at the keyboard: what is missing and what to do.</param>
/// <param name="cause">What was caught, if anything.</param>
internal sealed class ProvisioningException(string message, Exception? cause = null) : Exception(message, cause);
