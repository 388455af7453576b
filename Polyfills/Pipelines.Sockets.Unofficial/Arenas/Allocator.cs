namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>Kept for the signature of <see cref="Arena{T}"/>, which always rents from the shared array pool.</summary>
public abstract class Allocator<T>
{
    private protected Allocator()
    {
    }
}
