using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Engineless;

/// <summary>The values generated on the first run, kept in a file that only the user can read.</summary>
internal static class GeneratedSecrets
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static Dictionary<string, string> Read(AppHostFolders folders) =>
        !folders.IsVolatile && File.Exists(folders.SecretsFile)
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(folders.SecretsFile)) ?? []
            : [];

    /// <summary>Configuration with the generated values; any other source overrules it.</summary>
    public sealed class Source(AppHostFolders folders) : IConfigurationSource
    {
        public AppHostFolders Folders => folders;

        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(folders);
    }

    /// <summary>A default that is generated once and kept.</summary>
    public sealed class KeptDefault(IDistributedApplicationBuilder builder, string name, ParameterDefault inner) : ParameterDefault
    {
        public override string GetDefaultValue()
        {
            var folders = builder.Configuration.Sources.OfType<Source>().Single().Folders;
            var key = $"Parameters:{name}";
            if (folders.IsVolatile)
                return inner.GetDefaultValue();

            // Two runs that start at once must agree on the value: the lock makes read, add and replace one step.
            using var held = Take(folders.SecretsFile + ".lock");
            var kept = Read(folders);
            if (kept.TryGetValue(key, out var value))
                return value;
            kept[key] = value = inner.GetDefaultValue();
            var replacement = folders.SecretsFile + ".new";
            using (var file = new FileStream(replacement, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                JsonSerializer.Serialize(file, kept, Indented);
                file.Flush(flushToDisk: true);
            }
            File.Move(replacement, folders.SecretsFile, overwrite: true);
            return value;
        }

        private static FileStream Take(string path)
        {
            // Held for milliseconds by another run.
            var spin = new SpinWait();
            FileStream? held;
            while ((held = FileLock.TryTake(path)) is null)
                spin.SpinOnce();
            return held;
        }
    }

    private sealed class Provider(AppHostFolders folders) : ConfigurationProvider
    {
        public override void Load()
        {
            foreach (var (key, value) in Read(folders))
                Data[key] = value;
        }
    }
}
