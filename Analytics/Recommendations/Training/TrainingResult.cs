namespace Platform.Analytics.Recommendations.Training;

/// <summary>What a training came to.</summary>
internal enum TrainingResult
{
    /// <summary>There are too few readers to learn from.</summary>
    TooLittle,

    /// <summary>The new version is worse than the one that is used, or no better than what is popular.</summary>
    Refused,

    /// <summary>Somebody else has put another version to use meanwhile.</summary>
    Overtaken,

    /// <summary>The new version is used.</summary>
    Published,
}
