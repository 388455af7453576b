using System.ComponentModel;
using System.Text;
using Platform.Api.Http;
using Platform.Caching;

namespace Platform.Api.Diagnostics;

/// <summary>What is to be read anew: keys and tags, or everything.</summary>
internal sealed record InvalidationRequest(
    [property: Description("Keys, such as book:0190a000-0000-7000-8000-000000000001; at most 1000.")] IReadOnlyList<string?>? Keys = null,
    [property: Description("Tags; at most 1000.")] IReadOnlyList<string?>? Tags = null,
    [property: Description("Everything; then there are neither keys nor tags.")] bool All = false)
{
    internal static readonly InvalidationRequest Example = new(["book:0190a000-0000-7000-8000-000000000001"], ["books"]);
    private const int MaxNames = 1000;

    internal FieldErrors Check()
    {
        var errors = new FieldErrors();
        Check("keys", Keys ?? [], errors);
        Check("tags", Tags ?? [], errors);
        var names = (Keys?.Count ?? 0) + (Tags?.Count ?? 0);
        if (All && names > 0)
        {
            errors.Add("all", "all must not be true where keys or tags are given.");
        }
        else if (!All && names == 0)
        {
            errors.Add("keys", "keys or tags must name something, or all be true.");
        }

        return errors;
    }

    // A name that the cache cannot have is a mistake: accepted, it would look as if something had been done.
    private static void Check(string field, IReadOnlyList<string?> names, FieldErrors errors)
    {
        if (names.Count > MaxNames)
        {
            errors.Add(field, $"{field} must be at most {MaxNames}.");
            return;
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] is not { Length: > 0 } name || Encoding.UTF8.GetByteCount(name) > CacheKey.MaxBytes || name.Any(char.IsControl))
            {
                errors.Add($"{field}[{i}]", $"{field}[{i}] must be 1 to {CacheKey.MaxBytes} bytes of text without control characters.");
            }
        }
    }
}
