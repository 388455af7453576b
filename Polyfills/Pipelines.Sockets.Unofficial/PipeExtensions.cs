using System.IO.Pipelines;
using System.Reflection;

namespace Pipelines.Sockets.Unofficial;

internal static class PipeExtensions
{
    private static readonly PropertyInfo? Length =
        typeof(Pipe).GetProperty("Length", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>
    /// How many bytes wait in <paramref name="pipe"/>, for error messages only: the pipe has it but does not publish
    /// it. 0 where it cannot be had.
    /// </summary>
    public static long BufferedBytes(this Pipe pipe) => Length?.GetValue(pipe) as long? ?? 0;
}
