namespace Platform.Analytics.Projections;

/// <summary>Another projector has written what this one was about to, or an answer was lost: it begins again from what is stored.</summary>
internal sealed class FencedException(Exception? cause = null) : Exception("Another projector is at the same page, or further.", cause);
