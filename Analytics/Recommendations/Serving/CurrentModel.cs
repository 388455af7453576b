namespace Platform.Analytics.Recommendations.Serving;

/// <summary>The model that recommendations are made with, until another takes its place.</summary>
internal sealed class CurrentModel
{
    private volatile RecommendationModel? _model;

    /// <summary>Null while there is none. Who has taken it goes on with it: the vectors of the version before are still there.</summary>
    internal RecommendationModel? Model
    {
        get => _model;
        set => _model = value;
    }

    /// <summary>How good it is; null while that is not known.</summary>
    internal Evaluation? Quality { get; set; }
}
