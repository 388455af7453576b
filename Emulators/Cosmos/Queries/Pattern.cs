using System.Text.RegularExpressions;
using Platform.Emulators.Cosmos.Storage;

namespace Platform.Emulators.Cosmos.Queries;

/// <summary>Regular expressions that a query brings: whatever they are, they end soon, and a bad one is the caller's to mend.</summary>
internal static class Pattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <exception cref="CosmosException">It is none, or takes too long.</exception>
    internal static bool IsMatch(string text, string pattern, RegexOptions options)
    {
        try
        {
            return Regex.IsMatch(text, pattern, options | RegexOptions.CultureInvariant, Limit);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw CosmosException.BadRequest($"The pattern cannot be used: {e.Message}");
        }
    }
}
