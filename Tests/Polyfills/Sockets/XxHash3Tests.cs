using System.IO.Hashing;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class XxHash3Tests
{
    private const ulong Prime64 = 11400714785074694797;

    // The vectors that come with the reference implementation: its pseudo-random buffer, its seeds.
    [Theory]
    [InlineData(0, 0, 0x2D06800538D394C2)]
    [InlineData(0, Prime64, 0xA8A6B918B2F0364A)]
    [InlineData(1, 0, 0xC44BDFF4074EECDB)]
    [InlineData(1, Prime64, 0x032BE332DD766EF8)]
    [InlineData(6, 0, 0x27B56A84CD2D7325)]
    [InlineData(6, Prime64, 0x84589C116AB59AB9)]
    [InlineData(12, 0, 0xA713DAF0DFBB77E7)]
    [InlineData(12, Prime64, 0xE7303E1B2336DE0E)]
    [InlineData(24, 0, 0xA3FE70BF9D3510EB)]
    [InlineData(24, Prime64, 0x850E80FC35BDD690)]
    [InlineData(48, 0, 0x397DA259ECBA1F11)]
    [InlineData(48, Prime64, 0xADC2CBAA44ACC616)]
    [InlineData(80, 0, 0xBCDEFBBB2C47C90A)]
    [InlineData(80, Prime64, 0xC6DD0CB699532E73)]
    [InlineData(195, 0, 0xCD94217EE362EC3A)]
    [InlineData(195, Prime64, 0xBA68003D370CB3D9)]
    [InlineData(403, 0, 0xCDEB804D65C6DEA4)]
    [InlineData(403, Prime64, 0x6259F6ECFD6443FD)]
    [InlineData(512, 0, 0x617E49599013CB6B)]
    [InlineData(512, Prime64, 0x3CE457DE14C27708)]
    [InlineData(2048, 0, 0xDD59E2C3A5F038E0)]
    [InlineData(2048, Prime64, 0x66F81670669ABABC)]
    [InlineData(2240, 0, 0x6E73A90539CF2948)]
    [InlineData(2240, Prime64, 0x757BA8487D1B5247)]
    [InlineData(2367, 0, 0xCB37AEB9E5D361ED)]
    [InlineData(2367, Prime64, 0xD2DB3415B942B42A)]
    public void The_hash_is_that_of_the_reference_implementation(int length, ulong seed, ulong expected)
    {
        var source = new byte[length];
        ulong generator = 2654435761;
        for (var i = 0; i < length; i++)
        {
            source[i] = (byte)(generator >> 56);
            generator *= Prime64;
        }

        var hash = XxHash3.HashToUInt64(source, unchecked((long)seed));

        Assert.Equal(expected, hash);
    }

    // Both sides of each border between two ways of hashing; the numbers are the reference implementation's.
    [Theory]
    [InlineData(3, 6864218090047839419, 1269775222705156552)]
    [InlineData(4, 6979084321315492338, 521489941546056718)]
    [InlineData(8, 4187271766389786872, -5301042565225696800)]
    [InlineData(9, -1629980255024596516, -7159932106675064752)]
    [InlineData(16, -8983023575487778597, 3587791604302124252)]
    [InlineData(17, -6993173599622040792, 2076895542453216941)]
    [InlineData(32, 3829001002278603781, -3516050178394170004)]
    [InlineData(33, -1833995589090992552, 1234490865231556981)]
    [InlineData(96, 2849157965221752315, -5106208346864798776)]
    [InlineData(97, -1791866940674927372, -3732487830019247944)]
    [InlineData(128, -8807326403944725397, 6876211214193030912)]
    [InlineData(129, -1407864491810865574, -2042564055962608839)]
    [InlineData(240, 3988562325861820517, -4180690146509669261)]
    [InlineData(241, 209643423615708418, -6630060899166563120)]
    [InlineData(256, -7779787747613135503, 659849081488463204)]
    public void The_bytes_counted_up_from_zero_hash_as_in_the_reference_implementation(int length, long expected, long expectedWithSeed31)
    {
        var source = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

        var hash = XxHash3.HashToUInt64(source);
        var seeded = XxHash3.HashToUInt64(source, seed: 31);

        Assert.Equal(expected, unchecked((long)hash));
        Assert.Equal(expectedWithSeed31, unchecked((long)seeded));
    }
}
