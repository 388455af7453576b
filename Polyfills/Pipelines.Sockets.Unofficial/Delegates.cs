namespace Pipelines.Sockets.Unofficial;

/// <summary>The targets of a multicast delegate, one by one and without allocation.</summary>
public static class Delegates
{
    /// <summary>Whether <paramref name="handler"/> has exactly one target.</summary>
    public static bool IsSingle(this MulticastDelegate handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return handler.HasSingleTarget;
    }

    /// <summary>The targets of <paramref name="handler"/>; none for null.</summary>
    public static DelegateEnumerable<T> AsEnumerable<T>(this T? handler)
        where T : MulticastDelegate => new(handler);

    /// <summary>The targets of a delegate.</summary>
    public readonly struct DelegateEnumerable<T>
        where T : MulticastDelegate
    {
        private readonly T? _handler;

        internal DelegateEnumerable(T? handler) => _handler = handler;

        /// <summary>Starts with the first.</summary>
        public DelegateEnumerator<T> GetEnumerator() => new(_handler);
    }

    /// <summary>Walks over the targets of a delegate.</summary>
    public struct DelegateEnumerator<T>
        where T : MulticastDelegate
    {
        private Delegate.InvocationListEnumerator<T> _targets;

        internal DelegateEnumerator(T? handler) => _targets = Delegate.EnumerateInvocationList(handler);

        /// <summary>The target that <see cref="MoveNext"/> went to.</summary>
        public readonly T Current => _targets.Current;

        /// <summary>Goes to the next target.</summary>
        /// <returns>False when there is none.</returns>
        public bool MoveNext() => _targets.MoveNext();
    }
}
