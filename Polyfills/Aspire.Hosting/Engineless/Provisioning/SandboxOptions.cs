namespace Aspire.Hosting.Engineless.Provisioning;

/// <summary>A file or folder of the machine that a sandboxed program sees.</summary>
/// <param name="HostPath">Where it is on the machine; it must exist.</param>
/// <param name="SandboxPath">The absolute path the program sees it at; need not exist in the root.</param>
/// <param name="ReadOnly">Whether the program may only read it.</param>
internal sealed record SandboxMount(string HostPath, string SandboxPath, bool ReadOnly);

/// <summary>What to run in a sandbox, and what it sees.</summary>
internal sealed record SandboxOptions
{
    /// <summary>The program: a path inside the root, or a name on the sandbox's <c>PATH</c>.</summary>
    public required string Command { get; init; }

    /// <summary>The program's arguments. Other users of the machine can read them (<c>ps</c>): no secrets.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The program's environment, all of it: nothing of this process's own is passed on.</summary>
    /// <value><c>PATH</c> is <c>/usr/bin:/usr/sbin</c> unless set here.</value>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What of the machine's files the program sees, besides the read-only root.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];

    /// <summary>The folder inside the sandbox that the program starts in.</summary>
    public string WorkingDirectory { get; init; } = "/";
}
