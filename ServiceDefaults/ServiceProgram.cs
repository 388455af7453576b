using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>How every service runs, from its first line to its exit code.</summary>
public static class ServiceProgram
{
    /// <summary>Builds the service, and serves until it is told to stop.</summary>
    /// <param name="name">What it is called, for whoever reads why it did not start.</param>
    /// <param name="build">Builds it; what is wrong with a setting it says by an <see cref="InvalidOperationException"/>.</param>
    /// <returns>The exit code: 0, or 1 when it could not start.</returns>
    public static async Task<int> RunAsync(string name, Func<WebApplication> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        try
        {
            await using var app = build();
            await app.StartAsync().ConfigureAwait(false);
            await app.WaitForShutdownAsync().ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or OptionsValidationException or IOException)
        {
            // A setting that cannot be used, or an address that is taken: the sentence says all, a stack trace would hide it.
            await Console.Error.WriteLineAsync($"{name} cannot start: {e.Message}").ConfigureAwait(false);
            return 1;
        }
    }
}
