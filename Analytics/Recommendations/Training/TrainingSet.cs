namespace Platform.Analytics.Recommendations.Training;

/// <summary>A book of a reader.</summary>
/// <param name="Book">Its place among the books of the set.</param>
/// <param name="Weight">As <see cref="EvidenceWeights"/> says.</param>
/// <param name="IsLiked">Whether it is what the reader should have been offered.</param>
internal readonly record struct Reading(int Book, float Weight, bool IsLiked);

/// <summary>What a model is learned from.</summary>
/// <param name="Books">The books; those with the most readers first.</param>
/// <param name="Learned">How many of them, from the first on, the autoencoder is learned for.</param>
/// <param name="Readers">What each reader has read.</param>
/// <param name="Kinships">Which books belong together, by their places.</param>
/// <param name="AsOf">The position of the last event that is in it.</param>
internal sealed record TrainingSet(Guid[] Books, int Learned, IReadOnlyList<Reading[]> Readers, IReadOnlyList<Kinship> Kinships, string AsOf)
{
    /// <summary>
    /// The same without some of each reader's books, and those. Chance decides which they are, but the same of the same set.
    /// </summary>
    internal (TrainingSet Kept, IReadOnlyList<Reading[]> SetAside) Split(double setAside)
    {
        List<Reading[]> kept = [], aside = [];
        for (var reader = 0; reader < Readers.Count; reader++)
        {
            var mine = reader;
            var groups = Readers[reader].ToLookup(one => IsSetAside(mine, one.Book, setAside));
            kept.Add([.. groups[false]]);
            aside.Add([.. groups[true]]);
        }

        return (this with { Readers = kept }, aside);
    }

    /// <summary>How many readers each book has.</summary>
    internal int[] Popularity()
    {
        var popularity = new int[Books.Length];
        foreach (var one in Readers.SelectMany(reader => reader))
            popularity[one.Book]++;
        return popularity;
    }

    // A well mixed hash of both (the finalizer of MurmurHash3).
    private static bool IsSetAside(int reader, int book, double part)
    {
        var hash = ((ulong)reader << 32) | (uint)book;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return (hash ^ (hash >> 33)) < part * ulong.MaxValue;
    }
}

/// <summary>Books that belong together.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Books">Their places.</param>
internal readonly record struct Kinship(KinshipKind Kind, int[] Books);

/// <summary>Why books belong together.</summary>
internal enum KinshipKind
{
    /// <summary>Somebody has written all of them.</summary>
    Author,

    /// <summary>They are of one series.</summary>
    Series,

    /// <summary>One follows the other.</summary>
    Next,
}
