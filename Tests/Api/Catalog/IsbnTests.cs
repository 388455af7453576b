using Platform.Api.Catalog;

namespace Platform.Tests.Api.Catalog;

public sealed class IsbnTests
{
    [Theory]
    [InlineData("0-14-243724-7", "9780142437247", "0142437247")]
    [InlineData("978-0-14-243724-7", "9780142437247", "0142437247")]
    [InlineData("080442957X", "9780804429573", "080442957X")]
    [InlineData("080442957x", "9780804429573", "080442957X")]
    [InlineData("979-10-90636-07-1", "9791090636071", null)]
    [InlineData("0 8044 2957 X", "9780804429573", "080442957X")]
    public void Both_forms_are_read_with_or_without_hyphens(string text, string isbn13, string? isbn10)
    {
        Assert.True(Isbn.TryParse(text, out var isbn));

        Assert.Equal((isbn13, isbn10), (isbn.Isbn13, isbn.Isbn10));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0142437248")]
    [InlineData("9780142437248")]
    [InlineData("014243724")]
    [InlineData("01424372477")]
    [InlineData("X142437247")]
    [InlineData("978014243724X")]
    [InlineData("4006381333931")]
    [InlineData("٠١٤٢٤٣٧٢٤٧")]
    [InlineData("0142437247 and more")]
    public void What_is_no_isbn_is_not_read(string? text)
    {
        Assert.False(Isbn.TryParse(text, out var isbn));

        Assert.Equal("", isbn.Isbn13);
    }

    [Fact]
    public void Any_single_wrong_digit_and_any_swap_of_neighbours_is_noticed_in_an_isbn10()
    {
        const string Right = "0142437247";

        for (var at = 0; at < 10; at++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                var changed = Right[..at] + digit + Right[(at + 1)..];
                Assert.Equal(changed == Right, Isbn.TryParse(changed, out _));
            }

            if (at < 9)
            {
                var swapped = Right[..at] + Right[at + 1] + Right[at] + Right[(at + 2)..];
                Assert.Equal(swapped == Right, Isbn.TryParse(swapped, out _));
            }
        }
    }

    [Theory]
    [InlineData("EN", "en")]
    [InlineData("pt-br", "pt-BR")]
    [InlineData("ZH-hant-tw", "zh-Hant-TW")]
    [InlineData("es-419", "es-419")]
    [InlineData("de-1996", "de-1996")]
    public void Language_tags_get_their_usual_case(string text, string tag)
    {
        Assert.True(LanguageTag.TryParse(text, out var read));

        Assert.Equal(tag, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("english")]
    [InlineData("e")]
    [InlineData("en_US")]
    [InlineData("en-")]
    [InlineData("en\n")]
    [InlineData("en' OR 1=1")]
    public void What_is_no_language_tag_is_not_read(string text)
    {
        Assert.False(LanguageTag.TryParse(text, out _));
    }
}
