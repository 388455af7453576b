using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Http;

/// <summary>
/// Checks that a request was signed with the account's key
/// (https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources).
/// </summary>
internal sealed class MasterKey(byte[] key, TimeProvider clock)
{
    // As long as the service grants.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(15);

    /// <exception cref="CosmosException">It was not, or too long ago.</exception>
    internal void Require(HttpRequest request)
    {
        var date = (string?)request.Headers[Headers.Date] ?? "";
        var given = Uri.UnescapeDataString((string?)request.Headers.Authorization ?? "").Split('&').Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2).GroupBy(part => part[0]).ToDictionary(group => group.Key, group => group.First()[1]);
        if (given.GetValueOrDefault("type") != "master" || given.GetValueOrDefault("ver") != "1.0" || !given.TryGetValue("sig", out var signature))
            throw CosmosException.Unauthorized("Required Header authorization is missing. Ensure a valid Authorization token is passed.");
        if (!DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || (clock.GetUtcNow() - time).Duration() > Skew)
            throw new CosmosException(403, "Forbidden", "The authorization token is not valid at the current time: see x-ms-date.");
        var expected = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(TextOf(request, date))));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(expected)))
            throw CosmosException.Unauthorized("The input authorization token can't serve the request. Ensure that the account key is the emulator's.");
    }

    private static string TextOf(HttpRequest request, string date)
    {
        var segments = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (type, link) = segments.Length % 2 == 1
            ? (segments[^1], string.Join('/', segments[..^1]))
            : segments.Length == 0 ? ("", "") : (segments[^2], string.Join('/', segments));
        // Of what is addressed by resource ids, only the last one, in lower case.
        if (type == "pkranges" && segments.Length == 5)
            link = segments[3].ToLowerInvariant();
        return $"{request.Method.ToLowerInvariant()}\n{type.ToLowerInvariant()}\n{link}\n{date.ToLowerInvariant()}\n\n";
    }
}
