using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engineless;

/// <summary>How the program of an image runs as a sandboxed process.</summary>
internal sealed record ContainerImage
{
    /// <summary>Where the image's data is mounted in the sandbox.</summary>
    public const string SandboxDataPath = "/data";

    /// <summary>Names of the image, without registry, <c>library/</c> and tag.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The Debian packages that hold the program.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>The folders of the image that hold its data; what is mounted at or below one goes to <see cref="SandboxDataPath"/>.</summary>
    public required IReadOnlyList<string> DataPaths { get; init; }

    /// <summary>The program, its arguments and environment.</summary>
    public required Func<ContainerRun, ContainerProgram> Program { get; init; }

    /// <summary>Whether the program is the machine's, and runs outside the sandbox; data is then where the machine has it.</summary>
    public bool IsOfMachine { get; init; }

    /// <summary>A program that must end well before: it makes the data folder when it is new.</summary>
    public Func<ContainerRun, ContainerProgram?> Preparation { get; init; } = _ => null;

    /// <summary>Called when the preparation has ended well.</summary>
    public Action<ContainerRun> Prepared { get; init; } = _ => { };

    /// <summary>What makes it end in good order.</summary>
    public PosixSignal StopSignal { get; init; } = PosixSignal.SIGTERM;
}

/// <summary>A container that is about to run.</summary>
/// <param name="Arguments">What the model adds to the image's command.</param>
/// <param name="Environment">What the model adds to its environment.</param>
/// <param name="DataFolder">The folder of the machine mounted at <see cref="ContainerImage.SandboxDataPath"/>.</param>
/// <param name="Mounted">The folder of the machine mounted at a path of the image; <see langword="null"/> where nothing is.</param>
/// <param name="Port">The port callers use for a port of the image.</param>
internal sealed record ContainerRun(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string DataFolder, Func<string, string?> Mounted, Func<int, int> Port);

/// <summary>A program in the sandbox.</summary>
/// <param name="Command">Its path.</param>
/// <param name="Arguments">Its arguments, which others on the machine can read: no secrets.</param>
/// <param name="Environment">Its environment.</param>
/// <param name="Input">Its standard input.</param>
internal sealed record ContainerProgram(string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? Input = null);
