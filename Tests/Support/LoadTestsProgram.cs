using System.Diagnostics;

namespace Platform.Tests.Support;

/// <summary>LoadTests as a process, for what a test needs one for.</summary>
internal static class LoadTestsProgram
{
    /// <summary>How to start it; output and errors can be read.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> arguments, bool input = false)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "LoadTests", configuration, "Platform.LoadTests.dll");
        return new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { RedirectStandardInput = input, RedirectStandardOutput = true, RedirectStandardError = true };
    }
}
