namespace Platform.Emulators;

/// <summary>A program of this folder: it runs until it is stopped, or says in one sentence why it cannot start.</summary>
internal static class EmulatorProgram
{
    /// <param name="name">What it is, as the sentence begins.</param>
    /// <param name="build">Makes it.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string name, Func<WebApplication> build)
    {
        try
        {
            await using var app = build();
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException or IOException)
        {
            // A setting that cannot be used, files that are damaged, an address that is taken.
            await Console.Error.WriteLineAsync($"{name} cannot start: {e.Message}");
            return 1;
        }
    }
}
