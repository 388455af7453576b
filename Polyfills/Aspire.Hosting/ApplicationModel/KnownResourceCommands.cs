namespace Aspire.Hosting.ApplicationModel;

/// <summary>Names of the commands that every resource with a process has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts a resource that does not run; one that waits for others starts at once.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops a resource, which then stays stopped until it is started.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops a resource and starts it again.</summary>
    public static readonly string RestartCommand = "restart";
}
