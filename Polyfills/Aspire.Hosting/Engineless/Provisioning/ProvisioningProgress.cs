using System.Globalization;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>What provisioning is doing, in the order it happens.</summary>
internal enum ProvisioningPhase
{
    /// <summary>Another process is preparing the same root; this one waits for it.</summary>
    Waiting,

    /// <summary>The package index is fetched.</summary>
    Updating,

    /// <summary>Packages are fetched.</summary>
    Downloading,

    /// <summary>Packages are unpacked.</summary>
    Unpacking,

    /// <summary>The root is written to disk and tried.</summary>
    Finishing,

    /// <summary>The root can be used.</summary>
    Ready,
}

/// <summary>One report of how far provisioning has come.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="Packages">Packages done in this phase.</param>
/// <param name="PackagesTotal">Packages there are in this phase; 0 when the phase does not count them.</param>
/// <param name="Bytes">Bytes of packages done in this phase.</param>
/// <param name="BytesTotal">Bytes of packages there are in this phase; 0 when the phase does not count them.</param>
/// <param name="Elapsed">Time since provisioning began.</param>
internal readonly record struct ProvisioningProgress(
    ProvisioningPhase Phase, int Packages, int PackagesTotal, long Bytes, long BytesTotal, TimeSpan Elapsed)
{
    /// <summary>The report as one line, such as <c>Downloading packages: 41 of 129, 60 of 142 MB, 3 s</c>.</summary>
    public override string ToString()
    {
        var what = Phase switch
        {
            ProvisioningPhase.Waiting => "Waiting for another start that prepares the same programs",
            ProvisioningPhase.Updating => "Fetching the package index",
            ProvisioningPhase.Downloading => "Downloading packages",
            ProvisioningPhase.Unpacking => "Unpacking packages",
            ProvisioningPhase.Finishing => "Writing to disk",
            _ => "Programs are ready",
        };
        var count = PackagesTotal == 0
            ? ""
            : $": {Packages} of {PackagesTotal}, {Megabytes(Bytes)} of {Megabytes(BytesTotal)} MB";
        return string.Create(CultureInfo.InvariantCulture, $"{what}{count}, {Elapsed.TotalSeconds:0} s");
    }

    internal static long Megabytes(long bytes) => (bytes + 999_999) / 1_000_000;
}
