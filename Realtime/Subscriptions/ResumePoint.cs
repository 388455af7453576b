using System.Globalization;
using Platform.Realtime.Changes;

namespace Platform.Realtime.Subscriptions;

/// <summary>
/// From where a client wants to be told: after an event, by its id as it was told (<c>{epoch}:{commit}-{sequence}</c>), or
/// from a position in the WAL (<c>X/Y</c>, as the Api's <c>Platform-Lsn</c> says it), with what was committed there or later.
/// </summary>
/// <param name="Epoch">The history that the position is of; null where a client cannot know it.</param>
/// <param name="Position">What comes after it is told.</param>
internal readonly record struct ResumePoint(string? Epoch, ChangePosition Position)
{
    /// <summary>What a text must look like, for who sent another.</summary>
    internal const string Forms = "an id as it was received with an event, or a position as in Platform-Lsn (16/B374D848)";

    // An epoch is much shorter; more is no id of ours.
    private const int MaxLength = 100;

    internal static bool TryParse(string text, out ResumePoint point)
    {
        point = default;
        if (text.Length > MaxLength)
        {
            return false;
        }

        if (text.Split('/') is [var high, var low])
        {
            if (!TryParseHex(high, out var upper) || !TryParseHex(low, out var lower))
            {
                return false;
            }

            point = new ResumePoint(null, new ChangePosition(((ulong)upper << 32) | lower, 0));
            return true;
        }

        if (text.Split(':') is not [{ Length: > 0 } epoch, var id] || !epoch.All(char.IsAsciiHexDigitLower) || !ChangePosition.TryParse(id, out var position))
        {
            return false;
        }

        point = new ResumePoint(epoch, position);
        return true;
    }

    /// <summary>How a position is written for clients.</summary>
    internal static string Id(string epoch, ChangePosition position) => $"{epoch}:{position}";

    /// <summary>What a state must be as new as, to have a commit in it: <c>Platform-Min-Lsn</c>.</summary>
    internal static string StateWith(ChangePosition position)
    {
        // The commit's own record begins there, and is only behind it applied.
        var behind = position.CommitLsn + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{behind >> 32:X}/{(uint)behind:X}");
    }

    private static bool TryParseHex(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && text.Length is > 0 and <= 8;
}
