using System.Globalization;
using Pgvector;

namespace Platform.Tests.Polyfills.Pgvector;

public sealed class VectorTests
{
    [Fact]
    public void The_text_form_is_read_and_written_the_same_in_every_culture()
    {
        var usual = CultureInfo.CurrentCulture;
        var withComma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        withComma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = withComma;

        var vector = new Vector("[1, 2.5,-3e-7]");
        var text = vector.ToString();
        CultureInfo.CurrentCulture = usual;

        Assert.Equal([1f, 2.5f, -3e-7f], vector.ToArray());
        Assert.Equal("[1,2.5,-3E-07]", text);
        Assert.Equal(vector, new Vector(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,2")]
    [InlineData("[1,2")]
    [InlineData("[]")]
    [InlineData("[1,,2]")]
    [InlineData("[one]")]
    public void Anything_else_is_refused(string text)
        => Assert.Throws<FormatException>(() => new Vector(text));

    [Fact]
    public void Vectors_are_equal_by_their_numbers()
    {
        var one = new Vector(new float[] { 1, 2 });
        var same = new Vector("[1,2]");
        var other = new Vector("[1,3]");
        var longer = new Vector("[1,2,0]");
        Vector? none = null;

        Assert.True(one == same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.True(one != other);
        Assert.NotEqual(one, longer);
        Assert.False(one == none);
        Assert.True(none == null);
    }

    [Fact]
    public void A_copy_of_the_numbers_is_a_copy()
    {
        var vector = new Vector(new float[] { 1, 2 });

        vector.ToArray()[0] = 9;

        Assert.Equal(1, vector.Memory.Span[0]);
    }
}
