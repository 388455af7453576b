namespace Aspire.Hosting.Engineless;

/// <summary>States that only a machine without container engine knows.</summary>
internal static class EnginelessStates
{
    /// <summary>The image is not among those that can run here; a final state.</summary>
    public const string Skipped = "Skipped: needs a container engine";
}
