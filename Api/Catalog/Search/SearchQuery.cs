using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Search;

/// <summary>What is searched for, and where.</summary>
internal sealed partial record SearchQuery(
    [property: FromQuery, Required, MaxLength(SearchQuery.MaxLength), Description("Words of a title, an author, a series with a number, or a topic. Typing errors and a half-typed last word are forgiven; accents, case and order do not matter.")] string? Q,
    [property: FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items in the answer.")] int? Limit,
    [property: FromQuery, AllowedValues("hybrid", "text", "vector"), DefaultValue("hybrid"),
        Description("`text` compares words, `vector` compares meaning by embeddings, `hybrid` does both.")] string? Mode,
    [property: FromQuery, Description("Slug or id of a category; books in its subcategories count as its own.")] string? Category,
    [property: FromQuery, Description("Id of an author.")] Guid? Author,
    [property: FromQuery, Description("BCP 47 tag; `en` finds `en-GB` too.")] string? Language,
    [property: FromQuery, Description("First published in this year or later; negative is BC.")] int? YearFrom,
    [property: FromQuery, Description("First published in this year or earlier; negative is BC.")] int? YearTo)
{
    /// <summary>Longest query, in UTF-16 units: longer than any title people type, and short enough that a search is quick.</summary>
    internal const int MaxLength = 200;

    /// <summary>The language tag in its usual case; null when none was sent or it is none.</summary>
    internal string? LanguageTag { get; private set; }

    /// <summary>What is compared with words and meaning.</summary>
    internal string Words => Normalise(Q!);

    /// <summary>All that makes it this search, in one spelling; each part but the last is one line.</summary>
    internal string Spelling => string.Create(CultureInfo.InvariantCulture,
        $"{Mode ?? "hybrid"}\n{Limit ?? Page.DefaultLimit}\n{Author}\n{LanguageTag}\n{YearFrom}\n{YearTo}\n{Words}\n{Category}");

    /// <summary>One spelling for what is one search: without case, and with white space only between words.</summary>
    internal static string Normalise(string q) => WhiteSpace().Replace(q.Trim(), " ").ToLowerInvariant();

    /// <summary>Gathers all that is wrong.</summary>
    internal FieldErrors Check()
    {
        var errors = new FieldErrors();
        CheckText(Q, errors);
        Page.Limit(Limit, errors);
        if (Mode is not (null or "hybrid" or "text" or "vector"))
        {
            errors.Add("mode", "mode must be hybrid, text or vector.");
        }

        if (Category is not null && (Category.Length > Book.MaxNameLength || !FieldErrors.IsStorable(Category)))
        {
            errors.Add("category", "category must be the slug or the id of a category.");
        }

        if (Language is not null)
        {
            if (!Catalog.LanguageTag.TryParse(Language, out var tag))
            {
                errors.Add("language", $"language must be {Catalog.LanguageTag.Allowed}.");
            }

            LanguageTag = tag;
        }

        if (YearFrom > YearTo)
        {
            errors.Add("yearFrom", "yearFrom must not be after yearTo.");
        }

        return errors;
    }

    /// <summary>Checks <c>q</c>: without a letter or a digit there is nothing to look for.</summary>
    internal static void CheckText(string? q, FieldErrors errors)
    {
        var text = errors.Text("q", q, MaxLength);
        if (!errors.Any && !text.EnumerateRunes().Any(Rune.IsLetterOrDigit))
        {
            errors.Add("q", string.Create(CultureInfo.InvariantCulture, $"q must hold a letter or a digit, in any script; at most {MaxLength} characters."));
        }
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex WhiteSpace();
}
