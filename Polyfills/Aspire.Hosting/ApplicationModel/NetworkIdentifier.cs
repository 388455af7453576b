namespace Aspire.Hosting.ApplicationModel;

/// <summary>A network that resources see each other on.</summary>
/// <param name="Value">Its name.</param>
public record NetworkIdentifier(string Value);

/// <summary>The usual networks. Run engine-less they are all this machine's.</summary>
public static class KnownNetworkIdentifiers
{
    /// <summary>This machine.</summary>
    public static readonly NetworkIdentifier LocalhostNetwork = new("localhost");

    /// <summary>The one containers share.</summary>
    public static readonly NetworkIdentifier DefaultAspireContainerNetwork = new("aspire-container-network");
}
