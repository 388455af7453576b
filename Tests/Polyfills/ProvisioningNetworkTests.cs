using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Engineless.Provisioning;

namespace Platform.Tests.Polyfills;

/// <summary>Apart from the others, since apt tries again for some seconds before it gives up.</summary>
public sealed class ProvisioningNetworkTests
{
    [Fact]
    public async Task A_mirror_that_does_not_answer_is_named()
    {
        using var folder = new ProvisioningFolder();
        using var closed = new Socket(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // and nobody listens
        ProvisioningMirror.WriteSources(folder.Path, $"http://{closed.LocalEndPoint}");

        var exception = await Assert.ThrowsAsync<ProvisioningException>(() => PackageRoot.EnsureAsync(
            ProvisioningFolder.Packages, folder.MachineWith(folder.Path), new ProvisioningReports(), TestContext.Current.CancellationToken));

        Assert.StartsWith("The package mirror cannot be reached (", exception.Message, StringComparison.Ordinal);
        Assert.Contains(closed.LocalEndPoint!.ToString()!, exception.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Left);
    }
}
