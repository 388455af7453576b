using System.Text.Json;

namespace Platform.LoadTests.Run;

/// <summary>What a run came to, for a comparison with another.</summary>
/// <param name="Scenario">Which load.</param>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Figures">What was measured.</param>
public sealed record RunResult(string Scenario, string Machine, IReadOnlyList<RunResult.Figure> Figures)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A figure, measured again and again.</summary>
    /// <param name="Name">Such as <c>browse, p95</c>.</param>
    /// <param name="Unit">Such as <c>ms</c>.</param>
    /// <param name="LessIsBetter">Whether a smaller one is better.</param>
    /// <param name="Samples">One of each second.</param>
    public sealed record Figure(string Name, string Unit, bool LessIsBetter, IReadOnlyList<double> Samples);

    /// <summary>Writes it to a file.</summary>
    public Task WriteAsync(string path, CancellationToken cancellationToken) => File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json), cancellationToken);

    /// <summary>Reads one that was written.</summary>
    /// <exception cref="FormatException">The file holds none.</exception>
    public static RunResult Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), Json) is { Figures: not null } result ? result : throw new FormatException($"{path} holds no result of a run.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} holds no result of a run: {e.Message}", e);
        }
    }
}
