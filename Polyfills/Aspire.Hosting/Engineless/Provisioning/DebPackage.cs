using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>A package file as the signed index describes it.</summary>
internal sealed partial record DebPackage(string FileName, long Bytes, string Sha256)
{
    /// <summary>Reads a line of <c>apt-get --print-uris</c>; null for the other lines.</summary>
    public static DebPackage? Parse(string line) =>
        UriLine().Match(line) is { Success: true } match
            ? new(match.Groups["name"].Value, long.Parse(match.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["sha256"].Value)
            : null;

    /// <summary>Tells whether a file is this package, byte for byte.</summary>
    public async Task<bool> MatchesAsync(string file, CancellationToken ct)
    {
        if (new FileInfo(file).Length != Bytes)
            return false;
        await using var stream = File.OpenRead(file);
        return Convert.ToHexString(await SHA256.HashDataAsync(stream, ct)).Equals(Sha256, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"^'[^']+' (?<name>[^ /]+\.deb) (?<bytes>\d+) SHA256:(?<sha256>[0-9a-f]{64})")]
    private static partial Regex UriLine();
}
