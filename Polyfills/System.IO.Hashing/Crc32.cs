namespace System.IO.Hashing;

/// <summary>CRC-32 as in RFC 1952 (gzip), section 8.</summary>
public static class Crc32
{
    // Of each byte, and of each followed by one to seven zeroes: eight bytes a step ("slicing by 8").
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The CRC-32 of some bytes.</summary>
    /// <param name="source">The bytes.</param>
    public static uint HashToUInt32(ReadOnlySpan<byte> source)
    {
        var crc = uint.MaxValue;
        for (; source.Length >= 8; source = source[8..])
        {
            var low = BitConverter.ToUInt32(source) ^ crc;
            crc = Tables[7][low & 0xFF] ^ Tables[6][(low >> 8) & 0xFF] ^ Tables[5][(low >> 16) & 0xFF] ^ Tables[4][low >> 24]
                ^ Tables[3][source[4]] ^ Tables[2][source[5]] ^ Tables[1][source[6]] ^ Tables[0][source[7]];
        }

        foreach (var one in source)
            crc = (crc >> 8) ^ Tables[0][(crc ^ one) & 0xFF];
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        const uint Polynomial = 0xEDB88320;
        var tables = new uint[8][];
        tables[0] = new uint[256];
        for (var n = 0u; n < 256; n++)
        {
            var crc = n;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[0][n] = crc;
        }

        for (var more = 1; more < 8; more++)
            tables[more] = Array.ConvertAll(tables[more - 1], crc => (crc >> 8) ^ tables[0][crc & 0xFF]);
        return tables;
    }
}
