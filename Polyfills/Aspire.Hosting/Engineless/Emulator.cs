using System.Reflection;

namespace Aspire.Hosting.Engineless;

/// <summary>The projects under <c>Emulators/</c>, which run in place of images that have no Debian package.</summary>
internal static class Emulator
{
    /// <summary>The program of one; building this library, which writes the path down, builds the program as well.</summary>
    public static string Program(string project) =>
        typeof(Emulator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == $"emulatoroutput:{project}").Value!;
}
