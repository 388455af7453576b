namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Turns what apt prints when it fails into one sentence.</summary>
internal static class AptFailure
{
    private static readonly string[] NetworkSigns =
        ["Could not resolve", "Temporary failure", "Could not connect", "Cannot initiate the connection", "Connection failed", "Connection timed out", "Network is unreachable", "Unable to connect", "No route to host", "Could not handshake"];

    private static readonly string[] KeySigns = ["NO_PUBKEY", "EXPKEYSIG", "is not signed", "GPG error", "Missing key", "Sub-process /usr/bin/sqv"];

    private static readonly string[] MissingSigns = ["Unable to locate package", "has no installation candidate", "unmet dependencies", "held broken packages"];

    /// <summary>Explains the failure.</summary>
    /// <param name="errors">What apt wrote to its error output, in English (<c>LC_ALL=C</c>).</param>
    public static ProvisioningException Explain(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var detail = string.Join(' ', (lines.FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no reason given")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)).Replace("E: ", "", StringComparison.Ordinal).TrimEnd('.');
        if (Has(NetworkSigns))
            return new($"The package mirror cannot be reached ({detail}): check the network and the proxy settings of apt, then start again.");
        if (Has(KeySigns))
            return new($"The package mirror's signature cannot be checked ({detail}): update the package 'debian-archive-keyring', then start again.");
        return Has(MissingSigns)
            ? new($"The package mirror does not carry what the stack needs ({detail}).")
            : new($"apt-get failed ({detail}).");

        bool Has(string[] signs) => signs.Any(sign => errors.Contains(sign, StringComparison.Ordinal));
    }
}
