using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Engineless;

/// <summary>
/// Where an AppHost keeps what outlives a run (volumes, generated secrets) and what does not. The first is named after
/// the AppHost's path, so that two checkouts never share it; tests keep nothing.
/// </summary>
internal sealed class AppHostFolders : IDisposable
{
    /// <summary>Wipes volumes and generated secrets of earlier runs.</summary>
    public const string ResetArgument = "--reset";

    /// <summary>Nobody else on the machine has a look.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Dictionary<string, FileStream> _volumeLocks = [];
    private readonly Lazy<(string Path, FileStream Lock)> _session;

    public AppHostFolders(string appHostDirectory, bool isVolatile)
    {
        var name = new DirectoryInfo(appHostDirectory).Name;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(appHostDirectory))))[..10];
        Kept = Path.Combine(Base(Environment.SpecialFolder.LocalApplicationData), $"{name}-{hash}");
        Cache = Provisioning.Machine.Current().CacheFolder;
        IsVolatile = isVolatile;
        _session = new(CreateSession);
    }

    /// <summary>Whether nothing outlives the run.</summary>
    public bool IsVolatile { get; }

    /// <summary>What outlives the run.</summary>
    public string Kept { get; }

    /// <summary>What belongs to no AppHost in particular.</summary>
    public string Cache { get; }

    /// <summary>The file of the generated secrets.</summary>
    public string SecretsFile => Path.Combine(Kept, "secrets.json");

    /// <summary>The folder of a container's mount.</summary>
    /// <exception cref="DistributedApplicationException">Another run uses the volume.</exception>
    public string Folder(IResource resource, ContainerMountAnnotation mount)
    {
        if (mount.Type == ContainerMountType.BindMount)
            return mount.Source!;
        if (mount.Source is null)
            return SessionFolder(resource, mount.Target);
        var folder = Path.Combine(IsVolatile ? _session.Value.Path : Kept, "volumes", mount.Source);
        // The server's own check for a second one on its data does not see into other process namespaces.
        lock (_volumeLocks)
        {
            if (!_volumeLocks.ContainsKey(folder))
                _volumeLocks.Add(folder, FileLock.TryTake(folder + ".lock") ?? throw new DistributedApplicationException($"Volume '{mount.Source}' of '{resource.Name}' is in use by another run of this AppHost; stop that one first."));
        }
        return Directory.CreateDirectory(folder, OwnerOnly).FullName;
    }

    /// <summary>A folder that is gone after the run.</summary>
    public string SessionFolder(IResource resource, string purpose) => SessionFolder(Path.Combine(resource.Name, purpose.Trim('/').Replace('/', '-')));

    /// <inheritdoc cref="SessionFolder(IResource, string)"/>
    public string SessionFolder(string name) => Directory.CreateDirectory(Path.Combine(_session.Value.Path, name), OwnerOnly).FullName;

    /// <summary>Wipes what earlier runs have kept.</summary>
    /// <exception cref="DistributedApplicationException">A run uses it.</exception>
    public void Reset()
    {
        var volumes = Path.Combine(Kept, "volumes");
        if (Directory.Exists(volumes))
        {
            foreach (var path in Directory.EnumerateFiles(volumes, "*.lock"))
            {
                using var held = FileLock.TryTake(path)
                    ?? throw new DistributedApplicationException("The data cannot be reset while another run of this AppHost uses it; stop that one first.");
            }
            foreach (var volume in Directory.EnumerateDirectories(volumes))
                Directory.Delete(volume, recursive: true);
        }
        File.Delete(SecretsFile);
    }

    public void Dispose()
    {
        foreach (var held in _volumeLocks.Values)
            held.Dispose();
        if (_session.IsValueCreated)
            Remove(_session.Value.Path, _session.Value.Lock);
    }

    private static string Base(Environment.SpecialFolder folder) =>
        Path.Combine(Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify), "aspire-engineless");

    private (string, FileStream) CreateSession()
    {
        var sessions = Directory.CreateDirectory(Path.Combine(Cache, "sessions"), OwnerOnly).FullName;
        // A killed run leaves its folder behind; nobody holds its lock then.
        foreach (var left in Directory.EnumerateDirectories(sessions))
        {
            if (FileLock.TryTake(left + ".lock") is { } free)
                Remove(left, free);
        }
        var path = Path.Combine(sessions, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N"));
        var held = FileLock.TryTake(path + ".lock")!;
        Directory.CreateDirectory(path, OwnerOnly);
        return (path, held);
    }

    // The name is never used again, so its lock file may go.
    private static void Remove(string path, FileStream held)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        File.Delete(held.Name);
        held.Dispose();
    }
}
