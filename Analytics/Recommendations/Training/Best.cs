namespace Platform.Analytics.Recommendations.Training;

/// <summary>The greatest of many numbers.</summary>
internal static class Best
{
    /// <summary>Their places, the greatest first; of equal ones the earlier; negative infinity is none.</summary>
    internal static int[] Of(ReadOnlySpan<float> numbers, int count)
    {
        var best = new PriorityQueue<int, (float Number, int Later)>(count + 1);
        var least = float.NegativeInfinity;
        for (var place = 0; place < numbers.Length; place++)
        {
            // Nearly all are too small, and that is one comparison.
            if (numbers[place] <= least)
                continue;
            best.Enqueue(place, (numbers[place], -place));
            if (best.Count > count)
                best.Dequeue();
            if (best.Count == count && best.TryPeek(out _, out var last))
                least = last.Number;
        }

        var places = new int[best.Count];
        for (var i = places.Length - 1; i >= 0; i--)
            places[i] = best.Dequeue();
        return places;
    }
}
