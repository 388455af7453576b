using System.Globalization;
using Platform.Api.Catalog.Import;

namespace Platform.Tests.Api.Catalog;

public sealed class ImportParsingTests
{
    [Theory]
    [InlineData("The Hunger Games (The Hunger Games, #1)", "The Hunger Games", "The Hunger Games", "1")]
    [InlineData("Night (The Night Trilogy #1)", "Night", "The Night Trilogy", "1")]
    [InlineData("One Thousand White Women: The Journals of May Dodd (One Thousand White Women#1)", "One Thousand White Women: The Journals of May Dodd", "One Thousand White Women", "1")]
    [InlineData("Judy Moody (Judy Moody, # 1)", "Judy Moody", "Judy Moody", "1")]
    [InlineData("The Slow Regard of Silent Things (The Kingkiller Chronicle #2.5)", "The Slow Regard of Silent Things", "The Kingkiller Chronicle", "2.5")]
    [InlineData("Equal Rites (Discworld, #3; Witches #1)", "Equal Rites", "Discworld", "3")]
    [InlineData("Night Play (Dark-Hunter #5, Were-Hunter #1)", "Night Play", "Dark-Hunter", "5")]
    [InlineData("A Storm of Swords: Blood and Gold (A Song of Ice and Fire, #3: Part 2 of 2)", "A Storm of Swords: Blood and Gold", "A Song of Ice and Fire", "3")]
    [InlineData("Ranma ½, Vol. 1 (Ranma ½ (US 2nd), #1)", "Ranma ½, Vol. 1", "Ranma ½ (US 2nd)", "1")]
    [InlineData("The Twilight Saga Complete Collection  (Twilight, #1-4 + 3.5)", "The Twilight Saga Complete Collection", "Twilight", null)]
    [InlineData("The Oedipus Cycle (The Theban Plays, #1–3)", "The Oedipus Cycle", "The Theban Plays", null)]
    [InlineData("The Selection Stories (The Selection, #0.5, 2.5)", "The Selection Stories", "The Selection", null)]
    [InlineData("I Am America (And So Can You!)", "I Am America (And So Can You!)", null, null)]
    [InlineData("Saga #1", "Saga #1", null, null)]
    [InlineData("#GIRLBOSS", "#GIRLBOSS", null, null)]
    [InlineData("(Series, #1)", "(Series, #1)", null, null)]
    public void The_series_comes_off_the_title(string text, string title, string? series, string? number)
    {
        var parsed = SeriesTitle.Parse(text);

        Assert.Equal(new SeriesTitle(title, series, number is null ? null : decimal.Parse(number, CultureInfo.InvariantCulture)), parsed);
    }

    [Theory]
    [InlineData("eng", "en")]
    [InlineData("en-US", "en-US")]
    [InlineData("en_gb", "en-GB")]
    [InlineData("ara", "ar")]
    [InlineData("fre", "fr")]
    [InlineData("fra", "fr")]
    [InlineData("per", "fa")]
    [InlineData("fil", "fil")]
    [InlineData("mul", "mul")]
    [InlineData("zho-hant-tw", "zh-Hant-TW")]
    public void A_language_code_becomes_the_shortest_tag(string code, string tag)
    {
        Assert.True(LanguageCode.TryParse(code, out var parsed));
        Assert.Equal(tag, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("e")]
    [InlineData("english")]
    [InlineData("12")]
    public void What_has_not_the_shape_of_a_language_is_none(string code)
    {
        Assert.False(LanguageCode.TryParse(code, out _));
    }
}
