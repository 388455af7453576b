using System.ComponentModel;

namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>Finds out whether this machine lets a sandbox be made, and if not, which of its settings forbids it.</summary>
internal static class UserNamespaces
{
    /// <summary>Looks at the settings that leave no doubt, before anything is fetched.</summary>
    /// <exception cref="ProvisioningException">One of them forbids user namespaces; the message names it.</exception>
    public static void RefuseIfForbidden(Machine machine)
    {
        if (machine.KernelSetting("user/max_user_namespaces") == "0")
            throw Forbidden("the setting user.max_user_namespaces is 0", "set it to 15000 (sysctl -w user.max_user_namespaces=15000)");
        if (!machine.IsRoot && machine.KernelSetting("kernel/unprivileged_userns_clone") == "0")
            throw Forbidden("the setting kernel.unprivileged_userns_clone is 0", "set it to 1 (sysctl -w kernel.unprivileged_userns_clone=1)");
    }

    /// <summary>Runs a sandbox that does nothing.</summary>
    /// <exception cref="ProvisioningException">It cannot be run; the message says what forbids it.</exception>
    public static async Task TryAsync(PackageRoot root, Machine machine, CancellationToken ct)
    {
        try
        {
            var result = await Tool.RunAsync(Sandbox.CreateStartInfo(root, new() { Command = "/usr/bin/sh", Arguments = ["-c", ":"] }), null, ct);
            if (result.ExitCode != 0)
                throw Explain(result.Errors, machine);
        }
        catch (Win32Exception exception) // the loader itself could not be run
        {
            throw new ProvisioningException(
                $"Programs in {root.Path} cannot be run ({exception.Message}): if its disk is mounted 'noexec', set XDG_CACHE_HOME to a folder on another one; if it is damaged, remove the folder.", exception);
        }
    }

    /// <summary>Explains why a sandbox could not be made.</summary>
    /// <param name="errors">What the sandbox wrote to its error output.</param>
    /// <param name="machine">Where it was tried.</param>
    public static ProvisioningException Explain(string errors, Machine machine)
    {
        var detail = errors.Trim().ReplaceLineEndings("; ").TrimEnd('.');
        if (!machine.IsRoot && machine.KernelSetting("kernel/apparmor_restrict_unprivileged_userns") == "1")
            return Forbidden("the setting kernel.apparmor_restrict_unprivileged_userns is 1", "set it to 0 (sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)");
        return detail.Contains("namespace", StringComparison.Ordinal) || detail.Contains("uid map", StringComparison.Ordinal) || detail.Contains("not permitted", StringComparison.Ordinal) || detail.Contains("Permission denied", StringComparison.Ordinal)
            ? Forbidden(detail, "if this is itself a container, allow it user namespaces and mounts (with Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined)")
            : new($"The sandbox does not run ({detail}): remove {machine.CacheFolder} and start again.");
    }

    private static ProvisioningException Forbidden(string what, string remedy) =>
        new($"This machine forbids the user namespaces that the stack's programs are confined with ({what}): {remedy}, or install Docker or Podman.");
}
